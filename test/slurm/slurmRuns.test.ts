import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {NewEvents} from '../../trainer/store/run/launched/newEvents.ts';
import {lockHolder} from '../../trainer/store/run/processLock.ts';
import {readSteps} from '../../trainer/store/metrics/metricsReader.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {weightsOf} from '../helpers/runs/mergedHash.ts';
import {isLong, until, useCluster} from './onCluster.ts';
import {hasSlurm} from './slurmCluster.ts';

describe.skipIf(!hasSlurm)('a run on Slurm (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  const {cluster, experiment, call, succeed, ended, jobOf, working} = useCluster();

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
      expect(await weightsOf(run, model), model).toBe(await weightsOf(local.run, model));
    }
    const [one, other] = await Promise.all(
      [run, local.run].map((each) => readFile(runPaths.losses(each, 'merged'), 'utf8')),
    );
    expect(one).toBe(other);
  });
});
