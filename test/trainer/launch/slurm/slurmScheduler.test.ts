import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {explainJob} from '../../../../trainer/contract/launch/explainJob.ts';
import type {JobRequest} from '../../../../trainer/launch/scheduler.ts';
import {sbatchArguments} from '../../../../trainer/launch/slurm/sbatchArguments.ts';
import {slurmCommand, slurmEnvironment} from '../../../../trainer/launch/slurm/slurmCommand.ts';
import {parsePast, parseQueue} from '../../../../trainer/launch/slurm/slurmLists.ts';
import {slurmScheduler} from '../../../../trainer/launch/slurm/slurmScheduler.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const request: JobRequest = {
  name: 'deme-0-train',
  script: '/a folder/100%/train.sh',
  log: '/a folder/100%/train.%j.log',
  options: {
    partition: 'gpu',
    gres: 'gpu:1',
    comment: `it's $HOME; "x"`,
    exclusive: true,
    mem: null,
    nice: false,
    'cpus-per-task': 4,
  },
  signal: 'USR2@180',
  tasks: 4,
  parallel: 2,
  needs: [
    {id: '11', mustSucceed: true},
    {id: '12_3', mustSucceed: true},
    {id: '13', mustSucceed: false},
  ],
};

describe('the arguments of sbatch', () => {
  it('are those of the user as they are, and the own ones', () => {
    expect(sbatchArguments(request)).toEqual([
      '--parsable',
      '--job-name=deme-0-train',
      '--requeue',
      '--open-mode=append',
      '--kill-on-invalid-dep=yes',
      '--output=/a folder/100%%/train.%A_%a.log',
      '--signal=B:USR2@180',
      '--partition=gpu',
      '--gres=gpu:1',
      `--comment=it's $HOME; "x"`,
      '--exclusive',
      '--cpus-per-task=4',
      '--array=0-3%2',
      '--dependency=afterok:11:12_3,afterany:13',
      '/a folder/100%/train.sh',
    ]);
  });
});

describe('lists of jobs', () => {
  it('are read line by line, with whatever a reason holds', () => {
    const text = [
      '21|20|1|RUNNING|2026-11-28T10:00:00|4:00:00|4G|deme-0-train|None',
      '22|20|2|PENDING|2026-11-28T14:20:00|UNLIMITED|0|deme-0-train|(ReqNodeNotAvail, UnavailableNodes:a|b)',
      '23|23|N/A|PENDING|N/A|INVALID|?|deme-0-merge|Dependency',
      'slurm_load_jobs error: something',
      '24|24|N/A|nonsense|N/A|1:00|1M|x|y',
      '||||||',
      'x|y|z|RUNNING|||||',
    ].join('\n');
    expect(parseQueue(text)).toEqual([
      {
        id: '20_1',
        name: 'deme-0-train',
        state: 'RUNNING',
        reason: 'None',
        start: '2026-11-28T10:00:00',
        asked: {time: '4:00:00', memory: '4G'},
      },
      {
        id: '20_2',
        name: 'deme-0-train',
        state: 'PENDING',
        reason: '(ReqNodeNotAvail, UnavailableNodes:a|b)',
        start: '2026-11-28T14:20:00',
        asked: {time: 'UNLIMITED', memory: ''},
      },
      {id: '23', name: 'deme-0-merge', state: 'PENDING', reason: 'Dependency', start: ''},
    ]);
  });
});

/** What sacct of Slurm 22.05 said of a cluster with slurmdbd that kills jobs for their memory by itself, in the columns of `pastFormat`. */
const recorded = `1|CANCELLED by 0|2026-11-30T18:49:53|00:30:00|2000M|00:00:00||wrap
2|TIMEOUT|2026-11-30T18:49:54|00:01:00|2000M|00:01:28||wrap
2.batch|CANCELLED|2026-11-30T18:49:54|||00:01:28|3268K|batch
3|FAILED|2026-11-30T18:49:54|00:30:00|100M|00:00:02||wrap
3.batch|CANCELLED by 0|2026-11-30T18:49:54|||00:00:02|347720K|batch
5|CANCELLED|None|00:30:00|2000M|00:00:00||wrap
4_0|COMPLETED|2026-11-30T18:49:56|00:30:00|2000M|00:00:01||wrap
4_0.batch|COMPLETED|2026-11-30T18:49:56|||00:00:01|3328K|batch
4_1|FAILED|2026-11-30T18:49:58|00:30:00|2000M|00:00:00||wrap
4_1.batch|FAILED|2026-11-30T18:49:58|||00:00:00||batch
`;

describe('accounts of jobs', () => {
  const past = new Map(parsePast(recorded).map((job) => [job.id, job]));

  it('have the end of each job, and what it took by its steps', () => {
    expect([...past].map(([id, {state}]) => `${id} ${state}`)).toEqual([
      '1 CANCELLED',
      '2 TIMEOUT',
      '3 OUT_OF_MEMORY',
      '5 CANCELLED',
      '4_0 COMPLETED',
      '4_1 FAILED',
    ]);
    expect(past.get('5')).toMatchObject({start: ''});
    expect(past.get('4_0')).toEqual({
      id: '4_0',
      name: 'wrap',
      state: 'COMPLETED',
      reason: '',
      start: '2026-11-30T18:49:56',
      asked: {time: '00:30:00', memory: '2000M'},
      took: {time: '00:00:01', memory: '3328K'},
    });
  });

  it('say in words what was too little', () => {
    const said = (id: string) => explainJob('expert-1', past.get(id) ?? expect.fail()).message;
    expect(said('3')).toBe('expert-1 took more memory than its job had (100M, and took 347720K).');
    expect(said('2')).toBe('expert-1 came to the time limit of its job before it could write a checkpoint (00:01:00).');
    expect(said('4_1')).toBe('expert-1 ended as FAILED.');
  });
});

describe("the environment of Slurm's commands", () => {
  it('has nothing of a job around this process, and no formats of the user', () => {
    const base = {
      PATH: 'p',
      SLURM_CONF: 'c',
      SLURM_CPUS_PER_TASK: '4',
      SLURM_JOB_ID: '1',
      SQUEUE_FORMAT: '%j',
      SBATCH_ACCOUNT: 'lab',
      SBATCH_ARRAY_INX: '0-9',
    };
    expect(slurmEnvironment(base)).toEqual({
      PATH: 'p',
      SLURM_CONF: 'c',
      SBATCH_ACCOUNT: 'lab',
      SLURM_TIME_FORMAT: 'standard',
    });
  });
});

describe('programs that answer oddly', {timeout: 60_000}, () => {
  let folder = '';
  const path = process.env.PATH ?? '';
  beforeEach(async () => {
    folder = join(await temporaryFolder(), 'bin');
    await mkdir(folder);
    vi.stubEnv('PATH', `${folder}:${path}`);
  });
  afterEach(() => void vi.unstubAllEnvs());

  async function answers(program: string, script: string): Promise<void> {
    await writeFile(join(folder, program), `#!/bin/bash\n${script}\n`);
    await chmod(join(folder, program), 0o755);
  }

  const refused = (code: string, message: RegExp) => ({
    name: 'UserError',
    code,
    message: expect.stringMatching(message) as string,
  });

  it.each([
    ['echo 4711', '4711'],
    ['echo "4711;cluster-b"', '4711'],
    ['echo "Welcome to the cluster!"; echo; echo 4711', '4711'],
  ])('%s: submitted', async (script, id) => {
    await answers('sbatch', script);
    expect(await slurmScheduler.submit(request)).toBe(id);
  });

  it.each([
    ['true', 'slurm-odd', /but nothing/],
    ['echo "Submitted batch job 12"', 'slurm-odd', /no job number: Submitted/],
    [`printf '\\033[2Jx'`, 'slurm-odd', /\\u001b\[2Jx/],
    ['echo 1; echo 2', 'slurm-odd', /no job number/],
    [
      'echo "sbatch: error: invalid partition specified: x" >&2; exit 1',
      'slurm-refused',
      /^sbatch: invalid partition specified: x$/,
    ],
    ['exit 3', 'slurm-refused', /ended with code 3/],
    [
      'echo "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)" >&2; exit 1',
      'slurm-away',
      /Unable to contact/,
    ],
    ['head -c 40000000 /dev/zero', 'slurm-odd', /more than can be read/],
  ])('%s: refused in words', async (script, code, message) => {
    await answers('sbatch', script);
    await expect(slurmScheduler.submit(request)).rejects.toMatchObject(refused(code, message));
  });

  it('is missing', async () => {
    vi.stubEnv('PATH', folder);
    await expect(slurmScheduler.submit(request)).rejects.toMatchObject(refused('slurm-missing', /no program sbatch/));
  });

  it('never ends', async () => {
    await answers('squeue', 'sleep 60');
    await expect(slurmCommand('squeue', [], {timeout: 300})).rejects.toMatchObject(
      refused('slurm-silent', /did not answer/),
    );
  });

  it('gets each argument as one, and no shell looks at it', async () => {
    await answers('sbatch', `printf '%s\\0' "$@" > ${folder}/said; echo 1`);
    await slurmScheduler.submit(request);
    const said = (await readFile(join(folder, 'said'), 'utf8')).split('\0').slice(0, -1);
    expect(said).toEqual(sbatchArguments(request));
  });

  it('lists nothing but garbage, or fails', async () => {
    await answers('squeue', 'head -c 1000 /dev/urandom');
    expect(await slurmScheduler.look()).toEqual([]);
    await answers(
      'squeue',
      'echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1',
    );
    await expect(slurmScheduler.look()).rejects.toMatchObject(refused('slurm-away', /Unable to contact/));
    await answers('sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1');
    expect(await slurmScheduler.past(['1'])).toEqual([]);
    await answers('scancel', 'echo "scancel: error: Kill job error on job id 1: Invalid job id specified" >&2; exit 1');
    await slurmScheduler.cancel(['1']);
    await answers('scancel', 'echo "scancel: error: Access denied" >&2; exit 1');
    await expect(slurmScheduler.cancel(['1'])).rejects.toMatchObject(refused('slurm-refused', /Access denied/));
  });
});
