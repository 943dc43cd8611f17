import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {checkEngine} from '../../../trainer/engine/checkEngine.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {initialState} from '../../../trainer/train/trainState.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {goldenFolder, goldenImages} from '../../helpers/golden/goldenImages.ts';
import {goldenTrace} from '../../helpers/golden/goldenTrace.ts';
import {describeOnWebgpu} from './describeOnWebgpu.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

const model = 'modern';

// A software adapter takes seconds for each: the other engines run all of the golden models.
describeOnWebgpu('a small golden model on webgpu', () => {
  beforeAll(async () => {
    const engine = await startEngine({name: 'webgpu', allowSoftware: true});
    expect(engine).toMatchObject({name: 'webgpu', threads: 1});
    expect(tf.getBackend()).toBe('webgpu');
    expect(tf.env().getBool('WEBGPU_CPU_FORWARD')).toBe(false);
  });

  it('predicts what diffusers does', async () => {
    const {denoiser, params} = await loadPretrained(goldenFolder(model));
    const input = await goldenImages(model, 'forward.input');
    const output = tf.tidy(() => predictAt(denoiser, params, input, [0, 421, 999]));
    expectAllClose(await output.data(), await (await goldenImages(model, 'forward.output')).data(), 1e-4);
  });

  it('repeats losses and gradient norm of a DeMe update in PyTorch', async () => {
    const base = await loadPretrained(goldenFolder(model));
    const initial = withProjections(base.params, base.folder.unetConfig, 'full');
    const setting = {denoiser: base.denoiser, schedule: base.schedule, teacher: base.params, consistency: 1};
    const batch = {
      images: await goldenImages(model, 'deme.0.images'),
      noise: await goldenImages(model, 'deme.0.noise'),
      timesteps: [250, 499, 301, 448],
    };
    const config = TrainingConfig.parse({updates: 3});
    const program = new TrainProgram(setting, config, flatLayout(initial), initialState(initial, true), batch);
    const {
      losses: {denoise, consistency},
      gradientNorm,
    } = program.update([batch]);
    const [losses, distances] = [await denoise.data<'float32'>(), await consistency.data<'float32'>()];
    const [expected] = goldenTrace(model);
    expect(mean(losses) / expected.denoise).toBeCloseTo(1, 4);
    expect(((await gradientNorm.data())[0] ?? NaN) / expected.grad_norm).toBeCloseTo(1, 4);
    expect(mean(distances)).toBeLessThan(1e-10);
    expect(distances).toHaveLength(4);
    checkEngine();
  });
});

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
