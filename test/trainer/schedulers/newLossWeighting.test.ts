import {expect, it, vi} from 'vitest';
import * as z from 'zod';
import type * as contract from '../../../trainer/contract/config/lossWeighting.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {pixelSpace} from '../../../trainer/models/imageSpace.ts';
import {originalWeights} from '../../../trainer/schedulers/lossWeighting.ts';
import {train} from '../../../trainer/train/loop.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {recordingHooks} from '../train/tasks/recordingHooks.ts';
import {tinyTask} from '../train/tasks/tinyTask.ts';

// The two rows that it takes to add a weighting: what a config may say, and the weight of the error of x_0.
vi.mock('../../../trainer/contract/config/lossWeighting.ts', async (original) => {
  const {LossWeighting} = await original<typeof contract>();
  const scaled = z.strictObject({kind: z.literal('scaled'), factor: z.number(), max: z.number().optional()});
  return {LossWeighting: z.discriminatedUnion('kind', [...LossWeighting.options, scaled])};
});
Object.assign(originalWeights, {scaled: (snr: number, {factor}: {factor: number}) => factor * snr});

useCpuBackend();

it('is added by its rows in the two tables: a config names it, and training weighs by it', async () => {
  const gradientNorm = async (lossWeighting: object) => {
    const settings = TrainingConfig.parse({lossWeighting, updates: 1, logEvery: 1});
    const task = tinyTask({updates: 1, logEvery: 1, ema: null}, await temporaryFolder());
    const setting = {...task.setting, teacher: null, consistency: 0, weighting: settings.lossWeighting};
    const hooks = recordingHooks();
    await train({...task, setting, space: pixelSpace([4, 4, 1])}, hooks);
    const step = hooks.events.find(({type}) => type === 'step');
    return step?.type === 'step' ? (step.gradientNorm ?? NaN) : NaN;
  };
  const plain = await gradientNorm({kind: 'none'});
  expect(plain).toBeGreaterThan(0);
  expect((await gradientNorm({kind: 'scaled', factor: 3})) / plain).toBeCloseTo(3, 4);
  expect((await gradientNorm({kind: 'scaled', factor: 3, max: 2})) / plain).toBeCloseTo(2, 4);
});
