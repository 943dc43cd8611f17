import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {trainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {builtFile, deme} from '../../../helpers/machine/deme.ts';
import {itLong} from '../../../helpers/longTests.ts';
import {mergedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {leftovers, remainsOf, workersOf} from '../../../torture/victims.ts';

const updates = 40;
/** More than two heartbeats. */
const halt = 5000;

async function experiment() {
  const cwd = await temporaryFolder();
  const decouple = {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 5};
  await writeTinyExperiment(cwd, {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}});
  return {cwd, run: join(cwd, '.deme', 'runs', 'tiny-1')};
}

/** Starts the run, and halts all its processes once an expert trains, or those of its stages alone. */
async function haltedRun({owner: isOwnerHalted = true} = {}) {
  const {cwd, run} = await experiment();
  const child = spawn(process.execPath, [builtFile('cli.js'), 'run', 'tiny.deme.yaml'], {cwd, stdio: 'ignore'});
  const end = once(child, 'close');
  await expect
    .poll(async () => (await readEvents(runPaths.events(run))).map(({type}) => type), patient)
    .toContain('step');
  const {owner, stages} = await workersOf(run);
  const pids = [...(isOwnerHalted ? [owner ?? NaN] : []), ...stages];
  pids.forEach((pid) => process.kill(pid, 'SIGSTOP'));
  return {cwd, run, end, goOn: () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'))};
}

const patient = {timeout: 60_000};
describe.skipIf(process.platform === 'win32')('a run that is halted', {timeout: 300_000}, () => {
  useCpuBackend();

  it('for longer than its heartbeat is still owned, and goes on as if nothing had been', async () => {
    const plain = await experiment();
    expect((await deme(['run', 'tiny.deme.yaml'], {cwd: plain.cwd})).code).toBe(0);

    const {run, end, goOn} = await haltedRun();
    const before = await currentState(run);
    await wait(halt);
    expect(await currentState(run)).toEqual(before);
    expect(before).toMatchObject({state: 'running'});
    const second = await deme(['resume', run]);
    expect(second).toMatchObject({code: 2, stderr: expect.stringContaining('is running already') as string});

    goOn();
    expect(await end).toEqual([0, null]);
    expect(await mergedHash(run)).toBe(await mergedHash(plain.run));
    for (const {steps} of trainingCurves(await readEvents(runPaths.events(run))).values()) {
      expect(steps.map(({update}) => update)).toEqual(Array.from({length: updates}, (_, i) => i + 1));
    }
  });

  itLong('in its stages alone tells after a minute that they hang, and then that they go on', async () => {
    const {run, end, goOn} = await haltedRun({owner: false});
    const logged = async () =>
      (await readEvents(runPaths.events(run))).flatMap((event) => (event.type === 'log' ? event : []));
    await expect
      .poll(async () => (await logged()).filter(({alert}) => alert), {timeout: 120_000, interval: 1000})
      .toMatchObject([{level: 'warning', message: expect.stringMatching(/^has said nothing for 6\d s/) as string}]);
    goOn();
    expect(await end).toEqual([0, null]);
    expect((await logged()).filter(({message}) => /^has gone on after \d+ s/.test(message))).toHaveLength(1);
  });

  it('is ended at once where somebody wants that, with all its processes, and can be gone on with', async () => {
    const {cwd, run, end} = await haltedRun();
    const {code, stdout} = await deme(['stop', run, '--now', '--grace', '1']);
    expect(code).toBe(0);
    expect(stdout).toContain('tiny-1 did not answer within 1 s: its processes were killed.');
    await end;
    expect(await currentState(run)).toMatchObject({state: 'stopped'});
    await expect.poll(() => remainsOf(cwd), patient).toEqual([]);
    const resumed = await deme(['resume', run]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await leftovers(run)).toEqual([]);
  });
});
