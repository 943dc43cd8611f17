import {readdir, truncate} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import type {NewRunEvent, RunEvent} from '../../../trainer/contract/run/events.ts';
import {OptimizerConfig, type TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {readHistory} from '../../../trainer/train/trainingHistory.ts';
import {train} from '../../../trainer/train/loop.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {finalState} from './tasks/finalState.ts';
import {recordingHooks} from './tasks/recordingHooks.ts';
import {fragileTask} from './tasks/spoiltTask.ts';
import {timedTask} from './tasks/timedTask.ts';
import {tinyTask} from './tasks/tinyTask.ts';

describeOnEngines('a training that comes apart', () => {
  const optimizer = OptimizerConfig.parse({learningRate: 0.02});
  /** Its weight falls from 0.25 by the learning rate at each update, and below 0.145 nothing is finite any more: at update 7. */
  const fragile = (retry: TrainingConfig['retry'], checkpoints: string) =>
    fragileTask(0.145, {updates: 12, optimizer, retry, checkpointEvery: 2, logEvery: 1, bucketEvery: 100}, checkpoints);
  const threeTimes = {times: 3, factor: 0.1};

  it('tells where and with what, and which checkpoint is left', async () => {
    const checkpoints = await temporaryFolder();
    await expect(train(fragile(undefined, checkpoints), recordingHooks())).rejects.toMatchObject({
      code: 'loss-not-finite',
      message: expect.stringMatching(
        /^The loss of expert-1 is not a finite number at update 7 \(learning rate 0\.02; timesteps \d+ to \d+, .*\)\.$/,
      ) as string,
      hint: expect.stringContaining('The checkpoint of update 6 is from before it.') as string,
    });
    expect(await readdir(checkpoints)).toEqual(['000000004', '000000006']);
  });

  it('goes back to a checkpoint that was good, with a lower learning rate, and is the same however it is interrupted', async () => {
    const whole = fragile(threeTimes, await temporaryFolder());
    const hooks = recordingHooks();
    const expected = await finalState(whole, await train(whole, hooks));
    const warnings = hooks.of('log').filter(({level}) => level === 'warning');
    expect(warnings.map(({message}) => /It continues .*$/.exec(message)?.[0])).toEqual([
      'It continues from update 6 with 0.1 times the learning rate (retry 1 of 3).',
      // What was written after update 6 was past saving.
      'It continues from update 4 with 0.1 times the learning rate (retry 2 of 3).',
    ]);
    expect(warnings.map(({alert}) => alert)).toEqual([true, true]);
    const rates = hooks
      .of('step')
      .slice(-8)
      .map(({learningRate}) => learningRate);
    expect(rates).toEqual(rates.map(() => expect.closeTo(0.0002, 9) as number));

    const stopped = fragile(threeTimes, await temporaryFolder());
    for (const stopBefore of [3, 2, 3, 1]) await train(stopped, recordingHooks(stopBefore));
    expect(await finalState(stopped, await train(stopped, recordingHooks()))).toEqual(expected);

    const crashed = fragile(threeTimes, await temporaryFolder());
    const crash = {...recordingHooks(), emit: ({type}: NewRunEvent) => expect(type).not.toBe('log')};
    await expect(train(crashed, crash)).rejects.toThrow();
    expect(await finalState(crashed, await train(crashed, recordingHooks()))).toEqual(expected);
  });

  it('gives up after so many tries', async () => {
    const checkpoints = await temporaryFolder();
    const once = {times: 1, factor: 0.5};
    const hooks = recordingHooks();
    await expect(train(fragile(once, checkpoints), hooks)).rejects.toMatchObject({code: 'loss-not-finite'});
    await expect(train(fragile(once, checkpoints), recordingHooks())).rejects.toMatchObject({code: 'loss-not-finite'});
    expect((await readHistory(checkpoints)).retries).toEqual([{from: 6, factor: 0.5, diverged: 7}]);
    expect(hooks.of('log')).toHaveLength(1);
  });
});

describeOnEngines('an engine that gives out', () => {
  it.each([
    ['engine-memory', new Error('OOM when allocating tensor with shape[16,128,32,32]')],
    ['engine-lost', new UserError('engine-lost', 'The GPU was lost: it fell off the bus.')],
  ])('ends the training with its cause and the checkpoint that is left: %s', async (code, error) => {
    const task = timedTask({updates: 9, checkpointEvery: 2}, await temporaryFolder());
    let update = 0;
    const nextAction = () => (update++ < 5 ? Promise.resolve('continue' as const) : Promise.reject(error));
    await expect(train(task, {...recordingHooks(), nextAction})).rejects.toMatchObject({
      code,
      message: expect.stringContaining(error.message) as string,
      hint: expect.stringContaining('The checkpoint of update 4 is from before it. `deme resume`') as string,
    });
  });
});

describeOnEngines('a disk that is full', () => {
  /** Full until it has been looked at so often. */
  const fullFor = (looks: number) => {
    let left = looks;
    return {free: () => Promise.resolve(left-- > 0 ? 1000 : 1e12), poll: 1};
  };

  it('holds the training before its checkpoint, and costs nothing', async () => {
    const run = async (looks: number) => {
      const task = tinyTask({updates: 4, checkpointEvery: 2}, await temporaryFolder());
      const hooks = {...recordingHooks(), disk: fullFor(looks)};
      return {state: await finalState(task, await train(task, hooks)), log: hooks.of('log')};
    };
    const [delayed, plain] = [await run(5), await run(0)];
    expect(delayed.state).toEqual(plain.state);
    expect(plain.log).toEqual([]);
    expect(delayed.log).toMatchObject([
      {
        level: 'warning',
        waiting: true,
        message: expect.stringMatching(/checkpoint of update 2 needs .* are missing/) as string,
      },
      {level: 'info', message: 'there is room again: the checkpoint of update 2 is written.'},
    ]);
  });

  it('does not keep it from being stopped', async () => {
    const task = tinyTask({updates: 4, checkpointEvery: 2}, await temporaryFolder());
    const hooks = {...recordingHooks(6), disk: fullFor(Infinity)};
    expect(await train(task, hooks)).toBeNull();
    expect(await readdir(task.checkpoints)).toEqual([]);
    expect(hooks.of('log').at(-1)?.message).toContain('stopped without the checkpoint of update 2');
  });
});

describeOnEngines('a training that is extended', () => {
  it('is that of the longer schedule from there on, and the same however it is interrupted', async () => {
    const schedule = {kind: 'linear', warmup: 0, final: 0, power: 1} as const;
    const settings = (updates: number) => ({updates, schedule, checkpointEvery: 2, logEvery: 1, keepCheckpoints: 9});
    const short = tinyTask(settings(4), await temporaryFolder());
    await train(short, recordingHooks());
    const long = tinyTask(settings(8), short.checkpoints);
    const hooks = recordingHooks();
    const expected = await finalState(long, await train(long, hooks));
    expect(hooks.of('step').map(({update, learningRate}) => [update, learningRate / 1e-3])).toEqual(
      [5, 6, 7, 8].map((update): unknown => [update, expect.closeTo((9 - update) / 8, 9)]),
    );
    // From a checkpoint before the extension on, the updates up to it are made with the old schedule again.
    for (const name of ['000000004', '000000006', '000000008'])
      await truncate(join(long.checkpoints, name, 'state.safetensors'), 99);
    const again = recordingHooks();
    expect(await finalState(long, await train(long, again))).toEqual(expected);
    expect(again.of('step').map(({learningRate}) => learningRate / 1e-3)).toEqual(
      [2 / 4, 1 / 4, 4 / 8, 3 / 8, 2 / 8, 1 / 8].map((rate): unknown => expect.closeTo(rate, 9)),
    );
    expect(again.of('log').map(({message}) => message)).toEqual([
      expect.stringContaining('000000008 is damaged'),
      expect.stringContaining('000000006 is damaged'),
      expect.stringMatching(/000000004 is damaged .* The training continues from update 2\.$/),
    ]);
  });
});

describeOnEngines('the events of a training', () => {
  it('that may not have been written are told again with the checkpoint', async () => {
    const task = tinyTask({updates: 6, logEvery: 1, checkpointEvery: 3}, await temporaryFolder());
    const pending: RunEvent[] = [{type: 'done', time: 1, stage: 'expert-2'}];
    const resent: (readonly RunEvent[])[] = [];
    const outbox = {
      pending: () => pending,
      resend: (events: readonly RunEvent[]) => Promise.resolve(void resent.push(events)),
    };
    await train(task, {...recordingHooks(4), outbox});
    expect(await train(task, {...recordingHooks(), outbox})).not.toBeNull();
    expect(resent).toEqual([[], pending]);
  });
});
