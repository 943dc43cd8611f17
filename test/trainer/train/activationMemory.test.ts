import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {beforeAll, describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {wasmBytes} from '../../../trainer/engine/wasm/wasmMemory.ts';
import {activationBytes} from '../../../trainer/models/activationBytes.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {lossAndGradient} from '../../../trainer/train/lossAndGradient.ts';
import {prepareBatch} from '../../../trainer/train/microBatch.ts';
import {variedUNets} from '../models/variedUNets.ts';

const batch = 8;
const unetConfig = variedUNets.digits;

describe('the memory of a gradient on wasm', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it.each([
    [false, true, 2.8],
    [false, false, 2.8],
    // Of less: the temporaries of one block count for more.
    [true, true, 3.5],
  ])(
    'is not much more than the activations that it keeps: checkpointing %s, teacher %s',
    (gradientCheckpointing, withTeacher, most) => {
      const params = initialiseParams(unetConfig, 1);
      const schedule = createSchedule(SchedulerConfig.parse({}));
      const teacher = withTeacher ? initialiseParams(unetConfig, 2) : null;
      const setting = {denoiser: createUNet2D(unetConfig), schedule, teacher, consistency: 1};
      const images = tf.zeros<tf.Rank.R4>([batch, 28, 28, 1]);
      const timesteps = Array.from({length: batch}, (_, i) => 100 * i);
      const prepared = prepareBatch(setting, {images, noise: images, timesteps});
      const kept = batch * activationBytes(unetConfig, {size: [28, 28], gradientCheckpointing, dropout: false});
      const peak = peakOf(() => {
        const {gradient, losses} = lossAndGradient(setting, params, prepared, {gradientCheckpointing});
        tf.dispose([...gradient, ...Object.values(losses)]);
      });
      expect(peak / kept).toBeLessThan(most);
      expect(peak / kept).toBeGreaterThan(1);
    },
  );
});

/** Bytes of tensors that `f` adds, at the moment when they are most. */
function peakOf(f: () => void): number {
  const backend = tf.backend() as BackendWasm;
  const place = backend.move;
  const before = wasmBytes();
  let most = before;
  backend.move = (...placed) => {
    place(...placed);
    most = Math.max(most, wasmBytes());
  };
  try {
    f();
  } finally {
    backend.move = place;
  }
  return most - before;
}
