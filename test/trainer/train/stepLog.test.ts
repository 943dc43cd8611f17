import {describe, expect, it} from 'vitest';
import type {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {drawTimesteps} from '../../../trainer/deme/timesteps.ts';
import {createRandom} from '../../../trainer/random.ts';
import {train} from '../../../trainer/train/loop.ts';
import type {TrainTask} from '../../../trainer/train/trainTask.ts';
import {bucketOf, type BucketTotals} from '../../../trainer/train/timestepBuckets.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {recordingHooks} from './tasks/recordingHooks.ts';
import {timedLosses, timedTask} from './tasks/timedTask.ts';

useCpuBackend();

type Settings = Partial<TrainingConfig>;

/** Draws that the method prescribes for updates [from, to), without the training loop. */
function drawnTimesteps({config, range, probability, stage}: TrainTask, from: number, to: number): number[] {
  const settings = {range, timesteps: 1000, batch: config.batch, probability, draw: config.draw};
  const drawn: number[] = [];
  for (let update = from; update < to; update++) {
    for (let micro = 0; micro < config.accumulation; micro++) {
      drawn.push(...drawTimesteps(settings, createRandom(config.seed, stage, 'timesteps', update, micro)));
    }
  }
  return drawn;
}

function totals(timesteps: readonly number[], buckets: number): BucketTotals {
  const zeros = () => new Array<number>(buckets).fill(0);
  const sums = {count: zeros(), losses: {denoise: zeros(), consistency: zeros()}};
  for (const timestep of timesteps) {
    const bucket = bucketOf(timestep, buckets, 1000);
    const losses = timedLosses(timestep);
    sums.count[bucket]! += 1;
    sums.losses.denoise[bucket]! += losses.denoise;
    sums.losses.consistency[bucket]! += losses.consistency;
  }
  return sums;
}

/** Runs a task with a stop before each of the updates `stops`, and all the way in the end. */
async function runWithStops(settings: Settings, stops: readonly number[]) {
  const checkpoints = await temporaryFolder();
  const task = timedTask(settings, checkpoints);
  const legs = [];
  let from = 0;
  for (const stop of [...stops, undefined]) {
    const hooks = recordingHooks(stop === undefined ? undefined : stop - from);
    const outcome = await train(timedTask(settings, checkpoints), hooks);
    expect(outcome === null).toBe(stop !== undefined);
    legs.push(hooks);
    from = stop ?? 0;
  }
  return {task, steps: legs.flatMap((leg) => leg.of('step')), buckets: legs.flatMap((leg) => leg.of('buckets'))};
}

const common: Settings = {
  updates: 23,
  batch: 4,
  accumulation: 2,
  timestepBuckets: 40,
  logEvery: 3,
  bucketEvery: 5,
  checkpointEvery: 7,
};

describe('the losses that a training reports', () => {
  it.each([
    ['in one go', {...common, draw: 'sample'}, []],
    ['in one go, drawn per batch', {...common, draw: 'batch'}, []],
    ['with a stop and a resume', {...common, draw: 'sample', seed: 3}, [8]],
    [
      'with stops at once, on a checkpoint, and twice in one interval',
      {...common, draw: 'batch', seed: 9},
      [0, 7, 16, 17],
    ],
  ] as [string, Settings, number[]][])('count every draw once: %s', async (_, settings, stops) => {
    const {task, buckets} = await runWithStops(settings, stops);
    let covered = 0;
    for (const {from, to, count, losses} of buckets) {
      expect(from).toBe(covered);
      const expected = totals(drawnTimesteps(task, from, to), 40);
      expect(count).toEqual(expected.count);
      losses.denoise?.forEach((sum, b) => expect(sum).toBeCloseTo(expected.losses.denoise[b] ?? NaN, 4));
      losses.consistency?.forEach((sum, b) => expect(sum).toBeCloseTo(expected.losses.consistency[b] ?? NaN, 4));
      covered = to;
    }
    expect(covered).toBe(23);
    const allCounts = buckets.flatMap(({count}) => count);
    expect(allCounts.reduce((a, b) => a + b)).toBe(23 * 4 * 2);
  });

  it('average the updates since the step before', async () => {
    const {task, steps} = await runWithStops({...common, draw: 'sample'}, [8]);
    let covered = 0;
    for (const {update, losses} of steps) {
      const drawn = drawnTimesteps(task, covered, update).map(timedLosses);
      const mean = (part: 'denoise' | 'consistency') => drawn.reduce((sum, loss) => sum + loss[part], 0) / drawn.length;
      expect(losses.denoise).toBeCloseTo(mean('denoise'), 5);
      expect(losses.consistency).toBeCloseTo(mean('consistency'), 5);
      covered = update;
    }
    expect(steps.map(({update}) => update)).toEqual([3, 5, 6, 7, 8, 9, 10, 12, 14, 15, 18, 20, 21, 23]);
  });

  it('come when they are due: every so many updates, with each checkpoint, and at the end', async () => {
    const {steps, buckets} = await runWithStops({updates: 10, logEvery: 4, bucketEvery: 6, checkpointEvery: 100}, []);
    expect(steps.map(({update}) => update)).toEqual([4, 6, 8, 10]);
    expect(buckets.map(({from, to}) => [from, to])).toEqual([
      [0, 6],
      [6, 10],
    ]);
  });

  it('say the learning rate of their update', async () => {
    const schedule = {kind: 'linear', warmup: 2, final: 0, power: 1} as const;
    const {steps} = await runWithStops({updates: 6, logEvery: 1, schedule}, [3]);
    const shares = [1 / 3, 2 / 3, 1, 0.75, 0.5, 0.25];
    expect(steps.map(({learningRate}) => learningRate / 1e-30)).toEqual(
      shares.map((share): unknown => expect.closeTo(share, 9)),
    );
  });
});
