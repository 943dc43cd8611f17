import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {treeOf} from '../../trainer/launch/killTree.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {NewEvents} from '../../trainer/store/run/launched/newEvents.ts';
import {lockHolder} from '../../trainer/store/run/processLock.ts';
import {readSteps} from '../../trainer/store/metrics/metricsReader.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../helpers/cpuBackend.ts';
import {isRunning} from '../helpers/isRunning.ts';
import {isLong, training, until, useCluster} from './onCluster.ts';
import {hasSlurm} from './slurmCluster.ts';

const weights = (run: string, model: string) =>
  readModelFolder(runPaths.model(run, model)).then((folder) => folder.weightsHash());

/** Sends a signal to a process and to all that it has started. */
async function signalTree(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const each of await treeOf(pid)) process.kill(each, signal);
}

describe.skipIf(!hasSlurm)('a run on Slurm (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  const {cluster, experiment, call, succeed, stateOf, ended, jobOf, updatesOf, working} = useCluster();

  it('is preempted and loses its controller, and makes what a local run makes, byte for byte', async () => {
    const lives = isLong ? 10 : 2;
    const updates = (lives + 1) * 300;
    const {config, run} = await experiment(updates);
    const local = await experiment(updates, {launch: undefined});
    expect(await succeed('run', config)).toContain('Submitted');
    await working(run, 'expert-1');
    // Curves and losses are those of the jobs while they run.
    expect((await readSteps(run, 'expert-1')).length).toBeGreaterThan(0);
    await until('the list shows losses', async () =>
      /expert-1 \(job \d+_1\): \d+ %.*, loss \d/.test((await call('runs', '--output', join(run, '..'))).stdout),
    );
    for (let life = 0; life < lives; life++) {
      await working(run, 'expert-1');
      if (life === 0)
        await cluster().call(
          'sbatch',
          '--parsable',
          '-p',
          'urgent',
          '-N2',
          '--exclusive',
          '-o',
          '/dev/null',
          '--wrap',
          'sleep 1',
        );
      else await cluster().call('scancel', '--batch', '--signal=USR2', await jobOf(run, 'expert-1'));
      await until(
        'expert-1 has left its node',
        async () => (await lockHolder(runPaths.singleLock(run, 'expert-1'))) === null,
      );
    }
    await cluster().endController();
    expect((await call('runs', '--output', join(run, '..'))).stderr).toContain('The controller of the cluster is away');
    await cluster().startController();
    await ended(run);
    const states = (await new NewEvents(run).read()).filter(
      ({type, stage}) => type === 'stopped' && stage === 'expert-1',
    );
    expect(states).toHaveLength(lives);
    expect(await fileExists(runPaths.reportText(run))).toBe(true);

    await succeed('run', local.config);
    for (const model of ['expert-0', 'expert-1', 'merged']) {
      expect(await weights(run, model), model).toBe(await weights(local.run, model));
    }
    const [one, other] = await Promise.all(
      [run, local.run].map((each) => readFile(runPaths.losses(each, 'merged'), 'utf8')),
    );
    expect(one).toBe(other);
  });

  it('goes on elsewhere when its node is given up, and the process there ends before it spoils anything', async () => {
    const alone = {
      decouple: {...training, ranges: 1, updates: 600, checkpointEvery: 40},
      merge: undefined,
      evaluate: undefined,
    };
    const {config, run} = await experiment(600, alone);
    const local = await experiment(600, {...alone, launch: undefined});
    await succeed('run', config);
    await working(run, 'expert-0');
    const before = await lockHolder(runPaths.singleLock(run, 'expert-0'));
    const node = (await cluster().call('squeue', '-h', '-j', await jobOf(run, 'expert-0'), '-o', '%N')) as 'n1' | 'n2';
    const pid = before?.pid ?? expect.fail('nobody works');
    // The node hangs: its process must neither finish before its job is given to the other node, nor notice that.
    await signalTree(pid, 'SIGSTOP');
    cluster().killNode(node);
    await cluster().call('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=test');
    await until('the next life has begun', async () => {
      const holder = await lockHolder(runPaths.singleLock(run, 'expert-0'));
      return holder?.job?.life === 1;
    });
    expect(isRunning(pid)).toBe(true);
    await signalTree(pid, 'SIGCONT');
    await until('the earlier life has ended by itself', async () => Promise.resolve(!isRunning(pid)), 30);
    await ended(run);
    await cluster().startNode(node);
    await cluster()
      .call('scontrol', 'update', `NodeName=${node}`, 'State=RESUME')
      .catch(() => undefined);
    await succeed('run', local.config);
    expect(await weights(run, 'expert-0')).toBe(await weights(local.run, 'expert-0'));
  });

  it('stops at its checkpoints and is cancelled, and goes on in new jobs', async () => {
    // So many that it is not done when the stop arrives, which may take ten seconds.
    const {config, run} = await experiment(700, {evaluate: undefined});
    await succeed('run', config);
    await working(run, 'expert-0');
    expect((await call('resume', run)).stderr).toContain('is running already');
    await succeed('stop', run);
    await ended(run, 'stopped');
    await until('no job is left', async () => (await cluster().call('squeue', '-h', '-t', 'PENDING,RUNNING')) === '');
    expect(await succeed('resume', run)).toContain('Submitted');
    await working(run, 'expert-0');
    // By hand, without this program.
    await cluster().call('scancel', `--user=${process.getuid?.() ?? 0}`);
    await until('it is stopped', async () => (await stateOf(run))?.state === 'stopped');
    await succeed('resume', run);
    await ended(run);
    const updates = await updatesOf(run, 'expert-0');
    expect(Math.max(...updates)).toBe(700);
  });

  it('has one of its trainings cancelled, which writes its checkpoint and stays away, and goes on with the other', async () => {
    const {config, run} = await experiment(800, {evaluate: undefined});
    await succeed('run', config);
    await working(run, 'expert-0');
    await working(run, 'expert-1');
    const said = await succeed('launch', 'cancel', run, 'expert-1');
    expect(said).toMatch(/expert-1 \(job \d+_1\) writes a checkpoint and ends[^]*search, merge/);
    await until('expert-1 has ended', async () => (await lockHolder(runPaths.singleLock(run, 'expert-1'))) === null);
    const reached = Math.max(...(await updatesOf(run, 'expert-1')));
    await until('it is stopped', async () => (await stateOf(run))?.state === 'stopped');
    expect(await fileExists(runPaths.stage(run, 'expert-0'))).toBe(true);
    await until('no job is left', async () => (await cluster().call('squeue', '-h', '-t', 'PENDING,RUNNING')) === '');
    expect(Math.max(...(await updatesOf(run, 'expert-1')))).toBe(reached);
    expect(reached).toBeLessThan(800);
    await succeed('resume', run);
    await ended(run);
    // It goes on from its checkpoint: no update is made twice.
    const updates = await updatesOf(run, 'expert-1');
    expect(updates).toEqual([...new Set(updates)].sort((a, b) => a - b));
  });

  it('says at once which stage has failed, and cancels what needs it', async () => {
    const {config, run, folder} = await experiment(40, {
      evaluate: undefined,
      launch: {kind: 'slurm', setup: ['[ "$SLURM_ARRAY_TASK_ID" = 1 ] && exit 3']},
    });
    await succeed('run', config);
    await until('it has failed', async () => (await stateOf(run))?.state === 'failed');
    const listed = await succeed('runs', '--output', join(folder, '.deme', 'runs'));
    expect(listed).toContain('expert-1 ended as FAILED');
    expect(await fileExists(runPaths.stage(run, 'expert-0'))).toBe(true);
  });

  it('finds out what a node is like', async () => {
    const {config} = await experiment(3);
    const said = await succeed('launch', 'check', config);
    expect(said).toMatch(/ok +folder/);
    expect(said).toMatch(/ok +program/);
    expect(said).toMatch(/ok +engine +WebAssembly/);
    const {code, stderr} = await call(
      'launch',
      'check',
      (await experiment(3, {launch: {options: {partition: 'nowhere'}}})).config,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/invalid partition[^]*sinfo/);
  });
});
