import {join} from 'node:path';
import type {ChildProcessWithoutNullStreams} from 'node:child_process';
import type {EngineName} from '../../../../trainer/contract/engine/engineInfo.ts';
import {describe, expect, it} from 'vitest';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, type Ended} from '../../../helpers/machine/deme.ts';
import {testedEngines} from '../../../helpers/engine/engines.ts';
import {isLong} from '../../../helpers/longTests.ts';
import {mergedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {workersOf} from '../../../torture/victims.ts';

/** Two experts that train side by side, and their merge; checkpoints are written at a stop and at the end only. */
async function experiment(updates: number, engine: EngineName = 'wasm') {
  const folder = await temporaryFolder();
  const config = await writeTinyExperiment(folder, {
    decouple: {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 10_000},
    evaluate: undefined,
    merge: {weights: [0.5, 0.75]},
    engine: {name: engine, processes: 2},
  });
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

/** Runs `act` once both experts have made some updates. */
function afterSomeUpdates(act: (child: ChildProcessWithoutNullStreams) => void) {
  return (child: ChildProcessWithoutNullStreams) => {
    const missing = new Set(['expert-0', 'expert-1']);
    child.stdout.on('data', (chunk: Buffer) => {
      if (missing.size === 0) return;
      for (const stage of missing) if (chunk.toString().includes(`"stage":"${stage}","update":`)) missing.delete(stage);
      if (missing.size === 0) act(child);
    });
  };
}

describe('a run that is interrupted', {timeout: 300_000}, () => {
  useCpuBackend();

  it.each(isLong ? testedEngines : (['wasm'] as const))(
    'ends at checkpoints, and resumed makes the bytes of one that was not: %s',
    async (engine) => {
      const updates = isLong ? 150 : 50;
      const unbroken = await experiment(updates, engine);
      expect((await deme(['run', unbroken.config])).code).toBe(0);

      const broken = await experiment(updates, engine);
      const onStart = afterSomeUpdates((child) => void child.kill('SIGINT'));
      const {code, stderr} = await deme(['run', broken.config, '--json'], {onStart});
      expect(code, stderr).toBe(130);
      expect(await currentState(broken.run)).toMatchObject({state: 'stopped'});
      const events = await readEvents(runPaths.events(broken.run));
      const saved = events.flatMap((event) => (event.type === 'checkpoint' ? [[event.stage, event.update]] : []));
      expect(saved.map(([stage]) => stage).sort()).toEqual(['expert-0', 'expert-1']);
      expect(Math.max(...saved.map(([, update]) => Number(update)))).toBeLessThan(updates);

      const resumed = await deme(['resume', broken.run]);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(await currentState(broken.run)).toMatchObject({state: 'done'});
      expect(await mergedHash(broken.run)).toBe(await mergedHash(unbroken.run));
    },
  );

  it('is paused and stopped from elsewhere, and taken up by one process only', async () => {
    const {config, run} = await experiment(10_000);
    let running: Promise<Ended> | undefined;
    await new Promise<void>((resolve) => {
      running = deme(['run', config, '--json'], {onStart: afterSomeUpdates(() => resolve())});
    });
    expect((await deme(['pause', run])).code).toBe(0);
    await expect.poll(async () => (await currentState(run))?.state, {timeout: 30_000}).toBe('paused');
    const second = await deme(['run', config, '--resume', run]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('is running this already');
    expect((await deme(['stop', run])).code).toBe(0);
    expect((await running)?.code).toBe(130);
    expect(await currentState(run)).toMatchObject({state: 'stopped'});
  });

  it.skipIf(process.platform === 'win32')('goes on when its terminal is gone', async () => {
    const {config, run} = await experiment(60);
    const hangUp = async (child: ChildProcessWithoutNullStreams) => {
      child.stdout.destroy();
      child.stderr.destroy();
      const {owner, stages} = await workersOf(run);
      for (const pid of [owner ?? NaN, ...stages]) process.kill(pid, 'SIGHUP');
    };
    expect(
      (await deme(['run', config, '--json'], {onStart: afterSomeUpdates((child) => void hangUp(child))})).code,
    ).toBe(0);
    expect(await currentState(run)).toMatchObject({state: 'done'});
    const said = (await readEvents(runPaths.events(run))).flatMap((event) =>
      event.type === 'log' ? [event.message] : [],
    );
    expect(said.join()).toContain('the terminal was closed');
  });

  it('saves what was learnt when its owner is killed, and is lost until resumed', async () => {
    const {config, run} = await experiment(80);
    const onStart = afterSomeUpdates((child) => void child.kill('SIGKILL'));
    expect((await deme(['finetune', config, '--json'], {onStart})).code).toBeNull();
    expect(await currentState(run)).toMatchObject({state: 'lost'});
    const {code, stdout, stderr} = await deme(['resume', run]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('expert-1: ');
    // Only what was asked for: no merge.
    expect((await readEvents(runPaths.events(run))).map(({stage}) => stage)).not.toContain('merge');
  });
});
