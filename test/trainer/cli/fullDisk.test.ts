import type {ChildProcessWithoutNullStreams} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {trainingCurves} from '../../../trainer/pipeline/report/trainingCurves.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {metricsAreWhole} from '../../../trainer/store/metrics/metricsCheck.ts';
import {currentState} from '../../../trainer/store/run/runState.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {fillDisk, mountsSmallDisks, smallDisk} from '../../helpers/machine/smallDisk.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

const updates = 60;

/** Two experts and their merge on a disk of their own. */
async function experiment() {
  const disk = smallDisk(2 ** 25);
  const decouple = {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 20, checkpointEvery: 10};
  const changes = {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}, engine: {name: 'wasm', processes: 2}};
  const config = await writeTinyExperiment(disk, changes);
  return {disk, config, run: join(disk, '.deme', 'runs', 'tiny-1')};
}

/** Calls `act` once when a text has been printed. */
function when(child: ChildProcessWithoutNullStreams, text: string, act: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    let isDone = false;
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (isDone || !seen.includes(text)) return;
      isDone = true;
      act().then(() => resolve(), reject);
    });
  });
}

describe.runIf(mountsSmallDisks)('a disk that fills up during a run', {timeout: 300_000}, () => {
  useCpuBackend();

  it('holds the run, which goes on when there is room and loses nothing', async () => {
    const {disk, config, run} = await experiment();
    let makeRoom: () => Promise<void> = () => Promise.reject(new Error('the disk was never full'));
    let told = Promise.resolve();
    const onStart = (child: ChildProcessWithoutNullStreams) => {
      const full = when(child, '"update":5,', async () => (makeRoom = await fillDisk(disk)));
      told = full.then(() => when(child, '"waiting":true', () => makeRoom()));
    };
    const {code, stdout, stderr} = await deme(['run', config, '--json'], {onStart});
    await told;
    expect(code, stderr + stdout.slice(-2000)).toBe(0);
    expect(stdout).toMatch(
      /waits for room on the disk\. The checkpoint of update \d+ needs \S+ MB in \S+, and 0 B are free: \S+ MB are missing\./,
    );
    const events = await readEvents(runPaths.events(run));
    for (const [stage, {steps}] of trainingCurves(events)) {
      expect(
        steps.map(({update}) => update),
        stage,
      ).toEqual(Array.from({length: updates}, (_, i) => i + 1));
    }
    // What was told is what was written, in that order.
    const printed = stdout
      .trim()
      .split('\n')
      .slice(1)
      .filter((line) => line.startsWith('{"type"'));
    const written = (await readFile(runPaths.events(run), 'utf8')).trim().split('\n');
    expect(written).toEqual(printed);
    expect(await metricsAreWhole(run)).toBe(true);
    expect(await currentState(run)).toMatchObject({state: 'done'});
  });

  it('does not keep the run from being stopped and gone on with', async () => {
    const {disk, config, run} = await experiment();
    let makeRoom: () => Promise<void> = () => Promise.reject(new Error('the disk was never full'));
    const onStart = (child: ChildProcessWithoutNullStreams) => {
      void when(child, '"update":5,', async () => (makeRoom = await fillDisk(disk)))
        .then(() => when(child, '"waiting":true', () => Promise.resolve()))
        .then(() => child.kill('SIGINT'));
    };
    const {code, stderr} = await deme(['run', config, '--json'], {onStart});
    expect(code, stderr).toBe(130);
    await makeRoom();
    const resumed = await deme(['resume', run]);
    expect(resumed.code, resumed.stderr).toBe(0);
    const curves = trainingCurves(await readEvents(runPaths.events(run)));
    for (const [stage, {steps}] of curves)
      expect(
        steps.map(({update}) => update),
        stage,
      ).toContain(updates);
    expect(await currentState(run)).toMatchObject({state: 'done'});
  });
});
