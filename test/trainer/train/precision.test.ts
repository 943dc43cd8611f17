import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import {createRandom} from '../../../trainer/random.ts';
import type {LossSetting} from '../../../trainer/train/lossAndGradient.ts';
import {LossScale} from '../../../trainer/train/scale/lossScale.ts';
import type {MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {initialState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/models/joined.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {resumedTraining} from './tasks/resumedTraining.ts';
import {tinyModel} from './tasks/tinyModel.ts';

const config = {updates: 8, optimizer: {learningRate: 1e-3, weightDecay: 0.1, epsilon: 1e-4}, clipNorm: 0.1};

function drawBatch(update: number): MicroBatch {
  const random = createRandom(3, 'batch', update);
  const image = () => tf.tensor4d(random.fillNormal(new Float32Array(48)), [3, 4, 4, 1]);
  return {images: image(), noise: image(), timesteps: [0, 1, 2].map(() => random.int(0, 1000))};
}

function startProgram(changes: Partial<TrainingConfig>, setting: Partial<LossSetting> = {}): TrainProgram {
  const {initial, setting: own} = tinyModel();
  const given = TrainingConfig.parse({...config, ...changes});
  const state = initialState(initial, true);
  return new TrainProgram({...own, ...setting}, given, flatLayout(initial), state, drawBatch(99));
}

/** Denoising loss, consistency loss and gradient norm of five updates. */
async function curve(program: TrainProgram): Promise<number[][]> {
  const rows: number[][] = [];
  for (let update = 0; update < 5; update++) {
    const {losses, gradientNorm} = program.update([drawBatch(update)]);
    const [denoise, consistency] = [await losses.denoise.data(), await losses.consistency.data()];
    rows.push([...denoise, ...consistency, (await gradientNorm.data())[0] ?? NaN]);
  }
  program.dispose();
  return rows;
}

function difference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, k) => Math.abs(value - (b[i]?.[k] ?? NaN)))));
}

const numbers = async (program: TrainProgram) => {
  const {weights, first, second, ema} = program.state();
  return Promise.all([weights, first, second, ema ?? []].map((vector) => joined(vector).data()));
};

describeOnEngines('a training in low precision', (engine) => {
  if (engine !== 'tensorflow') {
    it('is refused by an engine that has none', () => {
      expect(() => startProgram({precision: 'bf16'})).not.toThrow();
      const program = startProgram({precision: 'bf16'});
      expect(() => program.update([drawBatch(0)])).toThrow('computes in f32 only, not in bf16');
    });
    return;
  }

  it.each([
    ['bf16', {precision: 'bf16'}, {}],
    ['f16', {precision: 'f16'}, {lossScale: new LossScale()}],
    ['a teacher in bf16', {}, {teacherPrecision: 'bf16'}],
    ['bf16 and a teacher in f32', {precision: 'bf16'}, {teacherPrecision: 'f32'}],
    ['bf16 that computes activations again', {precision: 'bf16', gradientCheckpointing: true}, {}],
  ] as const)('stays near f32 over five updates: %s', async (_, changes, setting) => {
    const [low, exact] = [await curve(startProgram(changes, setting)), await curve(startProgram({}))];
    const apart = difference(low, exact);
    expect(apart).toBeGreaterThan(1e-6);
    expect(apart).toBeLessThan(0.02);
  });

  it('is bit for bit that of f32 where it says so', async () => {
    expect(await curve(startProgram({precision: 'f32'}, {teacherPrecision: 'f32'}))).toEqual(
      await curve(startProgram({})),
    );
  });

  it.each([1, 2])(
    'leaves out updates whose gradient overflows, as if they had not been, accumulation %i',
    async (accumulation) => {
      const changes = {precision: 'f16', accumulation} as const;
      const batches = Array.from({length: accumulation}, (_, i) => drawBatch(i));
      const lossScale = new LossScale({scale: 2 ** 28, good: 0, skipped: 0});
      const program = startProgram(changes, {lossScale});
      const before = await numbers(program);
      let outcome = 'skipped';
      for (; outcome === 'skipped' && lossScale.scale > 1;) {
        expect(await numbers(program)).toEqual(before);
        const {gradientNorm} = program.update(batches);
        outcome = lossScale.took((await gradientNorm.data())[0] ?? NaN);
      }
      const {scale, skipped} = lossScale.record();
      expect(skipped).toBeGreaterThan(3);
      expect(scale).toBe(2 ** (28 - skipped));

      const unhindered = startProgram(changes, {lossScale: new LossScale({scale, good: 0, skipped: 0})});
      unhindered.update(batches);
      const after = await numbers(program);
      expect(after).toEqual(await numbers(unhindered));
      expect(after).not.toEqual(before);
      for (const each of [program, unhindered]) each.dispose();
    },
  );

  describe('resumes bit for bit', () => {
    it.each([
      ['in bf16', {precision: 'bf16'}],
      // Some of its first updates overflow.
      ['in f16', {precision: 'f16', lossWeighting: {kind: 'snr+1', max: 100}, dropout: false}],
    ] as const)('%s', async (name, settings) => {
      const {expected, actual, unbroken, before, after} = await resumedTraining(settings);
      expect(actual).toEqual(expected);

      const told = (hooks: typeof before) => [
        ...hooks.of('step').map(({update, skipped, lossScale, losses}) => ({update, skipped, lossScale, losses})),
        ...hooks.of('log').map(({message}) => message),
      ];
      const all = [...told(before), ...told(after)];
      expect(all).toHaveLength(told(unbroken).length);
      expect(all).toEqual(expect.arrayContaining(told(unbroken)));
      const left = unbroken.of('step').reduce((sum, {skipped = 0}) => sum + skipped, 0);
      if (name === 'in bf16') expect(left).toBe(0);
      else {
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThan(8);
        expect(unbroken.of('log')[0]?.message).toContain('update 1 was left out, as its gradient is too large for f16');
        expect(unbroken.of('step').every(({gradientNorm}) => gradientNorm === null || !(gradientNorm > 1e9))).toBe(
          true,
        );
      }
    });
  });
});
