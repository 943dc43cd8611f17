import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {treeOf} from '../../trainer/launch/killTree.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {lockHolder} from '../../trainer/store/run/processLock.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {isRunning} from '../helpers/machine/isRunning.ts';
import {weightsOf} from '../helpers/runs/mergedHash.ts';
import {training, until, useCluster} from './onCluster.ts';
import {hasSlurm} from './slurmCluster.ts';

/** Sends a signal to a process and to all that it has started. */
async function signalTree(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const each of await treeOf(pid)) process.kill(each, signal);
}

describe.skipIf(!hasSlurm)('nodes of a Slurm (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  const {cluster, experiment, call, succeed, stateOf, ended, jobOf, working} = useCluster();

  it('are given up while a process lives there, which ends before it spoils what goes on elsewhere', async () => {
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
    expect(await weightsOf(run, 'expert-0')).toBe(await weightsOf(local.run, 'expert-0'));
  });

  it('run a job that fails: it is said at once which, and what needs it is cancelled', async () => {
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

  it('are looked at before anything runs on them', async () => {
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
