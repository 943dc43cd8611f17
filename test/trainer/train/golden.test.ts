import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {loadPretrained, type Pretrained} from '../../../trainer/models/pretrained.ts';
import {flatLayout, flatten, type FlatLayout} from '../../../trainer/nn/flatParams.ts';
import {param} from '../../../trainer/nn/params.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {lossAndGradient} from '../../../trainer/train/lossAndGradient.ts';
import {prepareBatch, type MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {initialState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/models/joined.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {goldenFolder, goldenImages} from '../../helpers/golden/goldenImages.ts';
import {goldenTrace} from '../../helpers/golden/goldenTrace.ts';
import {noisyElements} from './tasks/noisyElements.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

const config = TrainingConfig.parse({updates: 3});
const learningRate = config.optimizer.learningRate;
const timesteps = [
  [250, 499, 301, 448],
  [7, 992, 650, 349],
  [250, 499, 301, 448],
];

describeOnEngines('three DeMe updates against PyTorch', () => {
  it.each(['cifar', 'lsun', 'modern'])('repeats losses, gradient norm, weights and EMA: %s', async (model) => {
    const base = await loadPretrained(goldenFolder(model));
    const initial = withProjections(base.params, base.folder.unetConfig, 'full');
    const layout = flatLayout(initial);
    const setting = {denoiser: base.denoiser, schedule: base.schedule, teacher: base.params, consistency: 1};
    const first = await goldenBatch(model, 0);
    const noisy = await noisyElements(
      joined(lossAndGradient(setting, initial, prepareBatch(setting, first)).gradient),
      layout,
    );
    const program = new TrainProgram(setting, config, layout, initialState(initial, true), first);
    for (const [k, row] of goldenTrace(model).entries()) {
      const {
        losses: {denoise, consistency},
        gradientNorm,
      } = program.update([await goldenBatch(model, k)]);
      expectRelative(await meanOf(denoise), row.denoise, 1e-4);
      expectRelative((await gradientNorm.data())[0] ?? NaN, row.grad_norm, 1e-4);
      if (k === 0) expect(await meanOf(consistency)).toBeLessThan(1e-10);
      else expectRelative(await meanOf(consistency), row.consistency, 1e-4);
    }
    const state = program.state();
    program.dispose();
    await expectWeights(
      joined(state.weights),
      await goldenWeights(model, 'deme_expert_after3', base, layout),
      layout,
      noisy,
    );
    await expectWeights(
      joined(state.ema ?? state.weights),
      await goldenWeights(model, 'deme_ema_after3', base, layout),
      layout,
      noisy,
    );
  });
});

async function goldenBatch(model: string, update: number): Promise<MicroBatch> {
  return {
    images: await goldenImages(model, `deme.${update}.images`),
    noise: await goldenImages(model, `deme.${update}.noise`),
    timesteps: timesteps[update] ?? [],
  };
}

/** Within 2e-6, but for elements that Adam moves by rounding noise: up to the learning rate in each of three updates. */
async function expectWeights(
  actual: tf.Tensor1D,
  expected: tf.Tensor1D,
  layout: FlatLayout,
  noisy: ReadonlySet<number>,
): Promise<void> {
  const difference = await tf.abs(tf.sub(actual, expected)).data();
  let begin = 0;
  for (const [i, name] of layout.names.entries()) {
    const end = begin + (layout.sizes[i] ?? 0);
    for (let at = begin; at < end; at++) {
      const tolerance = noisy.has(at) ? 3 * learningRate : 2e-6;
      if (!((difference[at] ?? NaN) <= tolerance)) expect.fail(`${name}[${at - begin}] is off by ${difference[at]}`);
    }
    begin = end;
  }
  expect(begin).toBe(difference.length);
}

async function goldenWeights(
  model: string,
  file: string,
  {denoiser}: Pretrained,
  layout: FlatLayout,
): Promise<tf.Tensor1D> {
  const reader = await openSafetensors(`${goldenFolder(model)}/${file}.safetensors`);
  const params = await loadParams(reader, denoiser.shapes);
  await reader.close();
  return joined(
    flatten(
      layout.names.map((name) => param(params, name)),
      layout,
    ),
  );
}

async function meanOf(values: tf.Tensor1D): Promise<number> {
  const numbers = await values.data<'float32'>();
  return numbers.reduce((sum: number, value: number) => sum + value, 0) / numbers.length;
}

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThanOrEqual(tolerance);
}
