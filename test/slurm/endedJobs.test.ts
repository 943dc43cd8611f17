import {describe, expect, it} from 'vitest';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {lockHolder} from '../../trainer/store/run/processLock.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {until, useCluster} from './onCluster.ts';
import {hasSlurm} from './slurmCluster.ts';

describe.skipIf(!hasSlurm)('jobs that are ended (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  const {cluster, experiment, call, succeed, stateOf, ended, updatesOf, working} = useCluster();

  it('stop at their checkpoints or are cancelled, and the run goes on in new ones', async () => {
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

  it('are one training of two, which writes its checkpoint and stays away while the other goes on', async () => {
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
});
