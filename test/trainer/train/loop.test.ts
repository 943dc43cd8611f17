import {readdir} from 'node:fs/promises';
import type * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import type {NewRunEvent} from '../../../trainer/contract/run/events.ts';
import {OptimizerConfig} from '../../../trainer/contract/config/training.ts';
import {flatLayout, flatten} from '../../../trainer/nn/flatParams.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {loadLatestCheckpoint} from '../../../trainer/train/checkpoint.ts';
import {train} from '../../../trainer/train/loop.ts';
import type {TrainTask} from '../../../trainer/train/trainTask.ts';
import {hashParams} from '../../../trainer/train/paramsHash.ts';
import {joined} from '../../helpers/models/joined.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {isLong} from '../../helpers/longTests.ts';
import {liveTensors} from '../../helpers/engine/liveTensors.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {finalState} from './tasks/finalState.ts';
import {recordingHooks} from './tasks/recordingHooks.ts';
import {resumedTraining} from './tasks/resumedTraining.ts';
import {spoiltTask} from './tasks/spoiltTask.ts';
import {timedTask} from './tasks/timedTask.ts';
import {tinyTask} from './tasks/tinyTask.ts';

/** Events that must not depend on stops: no time, and no folder. */
function measured(events: readonly NewRunEvent[]): NewRunEvent[] {
  return events
    .filter(({type}) => type === 'step' || type === 'buckets')
    .map((event) => (event.type === 'step' ? {...event, secondsPerUpdate: 0, secondsWaited: 0} : event));
}

describeOnEngines('training', () => {
  it.each([
    ['with dropout and draws per image', {}],
    ['with draws per batch and no EMA', {draw: 'batch', ema: null, dropout: false}],
    [
      'with weights of the loss that are learned',
      {lossWeighting: {kind: 'uncertainty', clusters: 3, learningRate: 0.1}, dropout: false},
    ],
  ] as const)('resumes bit for bit as if it had not been stopped, %s', async (_, settings) => {
    const {expected, actual, unbroken, before, after} = await resumedTraining(settings);
    expect(actual).toEqual(expected);
    expect(measured([...before.events, ...after.events])).toEqual(measured(unbroken.events));
    expect(after.of('step')[0]?.update).toBe(6);
  });

  it('keeps the average through a resume instead of starting it anew from the weights, and returns it', async () => {
    const task = tinyTask({updates: 6}, await temporaryFolder());
    await train(task, recordingHooks(5));
    const identity = {seed: 5, dataFingerprint: 'tiny'};
    const state = (await loadLatestCheckpoint(task.checkpoints, flatLayout(task.initial), identity, true))?.state;
    const [ema, weights] = [await joined(state?.ema ?? []).data(), await joined(state?.weights ?? []).data()];
    expect(ema).not.toEqual(weights);
    const outcome = await train(task, recordingHooks());
    expect(
      await joined(flatten([...(outcome ?? new Map<string, tf.Tensor>()).values()], flatLayout(task.initial))).data(),
    ).toEqual((await finalState(task, outcome)).ema);
  });

  it('keeps the same snapshots through a stop, none at its end, and the weights that a shorter training ends with', async () => {
    const settings = {
      updates: 7,
      checkpointEvery: 3,
      schedule: {kind: 'constant', warmup: 0, final: 0, power: 1},
    } as const;
    const kept = async (task: TrainTask, stopBefore?: number) => {
      const hashes: Record<number, string> = {};
      const keep = async (params: Params, update: number) => void (hashes[update] = await hashParams(params));
      const outcome = await train(task, {...recordingHooks(stopBefore), snapshots: {every: 2, keep}});
      return {hashes, outcome};
    };
    const unbroken = await kept(tinyTask(settings, await temporaryFolder()));
    expect(Object.keys(unbroken.hashes)).toEqual(['2', '4', '6']);
    const parted = tinyTask(settings, await temporaryFolder());
    const [before, after] = [await kept(parted, 4), await kept(parted)];
    expect(Object.keys(before.hashes)).toEqual(['2', '4']);
    expect({...before.hashes, ...after.hashes}).toEqual(unbroken.hashes);
    const shorter = await kept(tinyTask({...settings, updates: 4}, await temporaryFolder()));
    expect(Object.keys(shorter.hashes)).toEqual(['2']);
    expect(await hashParams(shorter.outcome ?? new Map<string, tf.Tensor>())).toBe(unbroken.hashes[4]);
  });

  it('leaves teacher and starting weights as they were, bit for bit', async () => {
    const task = tinyTask({updates: 3}, await temporaryFolder());
    const [teacher, initial] = [await hashParams(task.setting.teacher), await hashParams(task.initial)];
    await train(task, recordingHooks(2));
    await train(task, recordingHooks());
    expect(await hashParams(task.setting.teacher)).toBe(teacher);
    expect(await hashParams(task.initial)).toBe(initial);
  });

  it('learns: the loss falls', async () => {
    const settings = {
      updates: 40,
      logEvery: 5,
      dropout: false,
      schedule: {kind: 'constant', warmup: 0, final: 0, power: 1},
    } as const;
    const task = tinyTask(settings, await temporaryFolder());
    const hooks = recordingHooks();
    await train({...task, setting: {...task.setting, teacher: null}}, hooks);
    const losses = hooks.of('step').map(({losses}) => losses.denoise ?? NaN);
    expect(losses.at(-1)).toBeLessThan(0.97 * (losses[0] ?? NaN));
  });

  it('depends on the seed and on the stage, and on nothing else', async () => {
    const run = async (change: Partial<TrainTask>, seed = 5) => {
      const outcome = await train(
        {...tinyTask({updates: 2, seed}, await temporaryFolder()), ...change},
        recordingHooks(),
      );
      return hashParams(outcome ?? new Map());
    };
    const first = await run({});
    expect(await run({})).toBe(first);
    expect(await run({}, 6)).not.toBe(first);
    expect(await run({stage: 'expert-3'})).not.toBe(first);
  });

  it('seeds the dropout, and leaves it out unless the config asks for it', async () => {
    const run = async (dropout: boolean) => {
      const hooks = recordingHooks();
      await train(tinyTask({updates: 2, dropout}, await temporaryFolder()), hooks);
      return hooks.of('step')[0];
    };
    const [withIt, again, without] = [await run(true), await run(true), await run(false)];
    expect(again?.losses.denoise).toBe(withIt?.losses.denoise);
    expect(without?.losses.denoise).not.toBe(withIt?.losses.denoise);
    // Only dropout can part the student from its teacher before the first update; the mean is over two.
    expect(withIt?.losses.consistency).toBeGreaterThan(100 * (without?.losses.consistency ?? NaN));
  });

  const updates = isLong ? 200 : 40;
  it.each([true, false])(
    `leaks no tensors over ${updates} updates, dropout %s`,
    {timeout: 600_000},
    async (dropout) => {
      const settings = {dropout, updates, batch: 1, accumulation: 1, logEvery: 1, checkpointEvery: 15};
      const task = tinyTask(settings, await temporaryFolder());
      const counts: number[] = [];
      const nextAction = () => {
        counts.push(liveTensors());
        return Promise.resolve('continue' as const);
      };
      // TensorFlow copies a tensor of the host into the library at its first use: teacher and starting weights.
      await train({...task, checkpoints: await temporaryFolder()}, recordingHooks(1));
      const before = liveTensors();
      const outcome = await train(task, {...recordingHooks(), nextAction});
      expect(counts).toHaveLength(updates);
      expect(new Set(counts.slice(1))).toEqual(new Set([counts[1]]));
      disposeParams(outcome ?? new Map());
      expect(liveTensors()).toBe(before);
    },
  );

  it.each([true, false])('leaks nothing when it is stopped, resumed or fails, dropout %s', async (dropout) => {
    const task = tinyTask({dropout, updates: 4}, await temporaryFolder());
    const run = async (stopBefore: number) =>
      disposeParams((await train(task, recordingHooks(stopBefore))) ?? new Map());
    await run(1);
    const before = liveTensors();
    await run(1);
    const failing = {...recordingHooks(), emit: () => expect.fail('the log is full')};
    await expect(train(task, failing)).rejects.toThrow('the log is full');
    expect(liveTensors()).toBe(before);
  });
});

describeOnEngines('a loss that is not finite', () => {
  it('ends the training with a clear error, keeping the checkpoint from before it', async () => {
    const checkpoints = await temporaryFolder();
    const settings = {updates: 12, checkpointEvery: 2, logEvery: 100, bucketEvery: 100};
    const {task, hooks} = spoiltTask(5, settings, checkpoints);
    await expect(train(task, hooks)).rejects.toMatchObject({
      name: 'UserError',
      code: 'loss-not-finite',
      message: expect.stringContaining('expert-1') as string,
      hint: expect.stringContaining('learning rate') as string,
    });
    expect(await readdir(checkpoints)).toEqual(['000000002', '000000004']);
    const identity = {seed: 0, dataFingerprint: 'grey'};
    const state = (await loadLatestCheckpoint(checkpoints, flatLayout(task.initial), identity, true))?.state;
    expect(state?.update).toBe(4);
    expect([...(await joined(state?.weights ?? []).data())].every(Number.isFinite)).toBe(true);
    expect(hooks.of('step').at(-1)?.losses.denoise).toBeNaN();
  });

  it('is found before a stop could save it', async () => {
    const checkpoints = await temporaryFolder();
    const {task, hooks} = spoiltTask(1, {checkpointEvery: 100, logEvery: 100, bucketEvery: 100}, checkpoints, 3);
    await expect(train(task, hooks)).rejects.toMatchObject({code: 'loss-not-finite'});
    expect(await readdir(checkpoints)).toEqual([]);
  });

  it('says so at the next logged update', async () => {
    const {task, hooks} = spoiltTask(4, {logEvery: 3, bucketEvery: 100}, await temporaryFolder());
    await expect(train(task, hooks)).rejects.toMatchObject({code: 'loss-not-finite'});
    expect(hooks.of('step').map(({update}) => update)).toEqual([3, 6]);
  });
});

describeOnEngines('the probe', () => {
  /** [update, weight] as the probe saw them. */
  const probed = async (settings: Parameters<typeof timedTask>[0], every: number) => {
    const seen: [number, number][] = [];
    const measure = async (params: Params, update: number) => {
      seen.push([update, (await params.get('offset')?.data())?.[0] ?? NaN]);
      return NaN;
    };
    await train(timedTask(settings, await temporaryFolder()), {...recordingHooks(), probe: {every, measure}});
    return seen;
  };

  it('is called every so many updates and after the last', async () => {
    expect((await probed({updates: 10}, 4)).map(([update]) => update)).toEqual([4, 8, 10]);
  });

  it('sees the average where there is one, else the weights', async () => {
    const optimizer = OptimizerConfig.parse({learningRate: 0.1});
    const [[, weight] = [], [, average] = []] = [
      ...(await probed({updates: 5, optimizer, ema: null}, 5)),
      ...(await probed({updates: 5, optimizer}, 5)),
    ];
    // The weight goes from 0.25 towards the optimum below; its average lags behind.
    expect(weight).toBeLessThan(0.25);
    expect(average).toBeGreaterThan((weight ?? NaN) + 0.01);
    expect(average).toBeLessThan(0.25);
  });
});
