import {afterAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import {explainJob} from '../../trainer/contract/launch/explainJob.ts';
import {phaseOfJob} from '../../trainer/contract/launch/seenJob.ts';
import {slurmScheduler} from '../../trainer/launch/slurm/slurmScheduler.ts';
import {until} from './onCluster.ts';
import {hasAccounts} from './slurmAccounts.ts';
import {hasSlurm, SlurmCluster} from './slurmCluster.ts';

/** Takes 300 MiB, until it is killed for that. */
const hungry = `exec node -e "const held = Buffer.alloc(300 * 2 ** 20, 1); setInterval(() => held[0]++, 100)"`;

describe.skipIf(!hasSlurm || !hasAccounts)('a cluster with accounts', {timeout: 300_000}, () => {
  let cluster: SlurmCluster | undefined;
  afterAll(() => cluster?.stop(), 120_000);

  it('tells how jobs have ended, with what they had and took, after the queue has forgotten them', async () => {
    const own = (cluster = await SlurmCluster.start({accounts: true}));
    vi.stubEnv('SLURM_CONF', own.environment.SLURM_CONF);
    onTestFinished(() => void vi.unstubAllEnvs());
    const submit = (...words: string[]) => own.call('sbatch', '--parsable', '-o', '/dev/null', ...words);
    const waiting = await submit('--begin=now+1hour', '--wrap', 'true');
    await own.call('scancel', waiting);
    const late = await submit('--time=1', '--wrap', 'sleep 300');
    const large = await submit('--mem=100', '--wrap', hungry);
    const tasks = await submit('--array=0-1', '--wrap', '[ $SLURM_ARRAY_TASK_ID = 1 ] && exit 3; sleep 1');
    const dependent = await submit(`--dependency=afterok:${tasks}`, '--kill-on-invalid-dep=yes', '--wrap', 'true');
    await until(
      'all have ended',
      async () => (await own.call('squeue', '-h', '-t', 'PENDING,RUNNING,COMPLETING')) === '',
      200,
    );
    const ids = [waiting, late, large, `${tasks}_0`, `${tasks}_1`, dependent];
    await until('the accounts have them', async () => (await slurmScheduler.past(ids)).length === ids.length, 20);
    const past = new Map((await slurmScheduler.past(ids)).map((job) => [job.id, job]));
    const phases = ids.map((id) => {
      const job = past.get(id);
      return job && phaseOfJob(job);
    });
    expect(phases).toEqual(['cancelled', 'failed', 'failed', 'ended', 'failed', 'cancelled']);
    expect(past.get(late)).toMatchObject({state: 'TIMEOUT', asked: {time: '00:01:00'}});
    const killed = past.get(large) ?? expect.fail('it has no end');
    expect(killed).toMatchObject({state: 'OUT_OF_MEMORY', asked: {memory: '100M'}});
    expect(explainJob('expert-1', killed).message).toMatch(
      /^expert-1 took more memory than its job had \(100M, and took \d+[KM]\)\.$/,
    );
  });
});
