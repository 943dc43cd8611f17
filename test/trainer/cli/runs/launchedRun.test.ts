import {execFile} from 'node:child_process';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {readJson} from '../../../../trainer/store/files/jsonFile.ts';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {readStageState} from '../../../../trainer/store/run/launched/launchedRun.ts';
import {openRun} from '../../../../trainer/store/run/runFolder.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {CancelledStages} from '../../../../trainer/contract/launch/cancelRecord.ts';
import {StageState} from '../../../../trainer/contract/launch/stageState.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {mergedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const Launched = z.strictObject({
  run: z.string(),
  id: z.string(),
  jobs: z.array(z.strictObject({name: z.string(), kind: z.string(), id: z.string(), stages: z.array(z.string())})),
});

/** A config, and programs that stand for those of Slurm: `sbatch` numbers its jobs, and refuses the job number `refused`. */
async function experiment({refused = -1, changes = {}}: {refused?: number; changes?: Record<string, unknown>} = {}) {
  const folder = await temporaryFolder();
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const program = async (name: string, text: string) => {
    await writeFile(join(bin, name), `#!/bin/bash\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  };
  const called = (name: string) => `printf '%s ' "$@" >> ${bin}/${name}.said; echo >> ${bin}/${name}.said`;
  await program(
    'sbatch',
    `${called('sbatch')}; n=$(wc -l < ${bin}/sbatch.said); [ $n = ${refused} ] && { echo 'sbatch: error: Invalid qos specification' >&2; exit 1; }; echo $n`,
  );
  await program('squeue', 'exit 0');
  await program('scancel', called('scancel'));
  const config = await writeTinyExperiment(folder, {
    launch: {options: {qos: 'normal'}, stages: {merge: {qos: null}}},
    ...changes,
  });
  const said = async (name: string) => (await readFile(join(bin, `${name}.said`), 'utf8')).trim().split('\n');
  const run = join(folder, '.deme', 'runs', 'tiny-1');
  return {folder, config, run, said, options: {env: {PATH: `${bin}:${process.env.PATH}`}}};
}

describe('a launched run', {timeout: 300_000}, () => {
  useCpuBackend();

  it('is scripts that make it, also by hand, one after the other', async () => {
    const {config, run, said, options} = await experiment({changes: {evaluate: undefined}});
    const {jobs} = await demeJson(Launched, ['run', config], options);
    expect(jobs.map(({name}) => name).slice(0, 3)).toEqual(['train', 'search', 'merge']);
    const [train, search, merge] = await said('sbatch');
    expect(train).toContain('--qos=normal --array=0-1 ');
    expect(search).toContain('--dependency=afterok:1 ');
    expect(merge).not.toContain('--qos');
    expect((await openRun(run)).record).toMatchObject({unsettled: true});
    expect(await currentState(run)).toMatchObject({state: 'queued', progress: 0});

    // What needs others says so, instead of beginning.
    const early = await deme(['stage', run, 'merge']);
    expect(early).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs search, expert-0, expert-1') as string,
    });
    const state = await readJson(runPaths.stageState(run, 'merge'), StageState, 'its state');
    expect(state).toMatchObject({state: 'failed', error: {code: 'stage-missing'}});

    for (const {name, stages} of jobs) {
      for (const task of stages.keys()) {
        await promisify(execFile)('bash', [join(runPaths.jobs(run), `${name}.sh`), String(task)], {env: process.env});
      }
    }
    expect(await currentState(run)).toMatchObject({state: 'done', progress: 1});
    const {record} = await openRun(run);
    expect(record).toMatchObject({engine: {name: 'wasm', version: expect.stringMatching(/^\d/) as string}});
    expect(record.unsettled).toBeUndefined();
    expect(await fileExists(runPaths.metrics(run))).toBe(true);

    const local = await deme(['run', config, '--launcher', 'local', '--fresh'], options);
    expect(local.code, local.stderr).toBe(0);
    expect(await mergedHash(run)).toBe(await mergedHash(run.replace(/1$/, '2')));

    // Another one has nothing left to train: the first of its jobs takes all over.
    const again = await demeJson(Launched, ['run', config], options);
    const taken = await deme(['stage', again.run, 'expert-0', 'expert-1']);
    expect(taken.stdout).toContain('expert-1: taken over from tiny-2');
    expect(await currentState(again.run)).toMatchObject({state: 'done'});
  });

  it('has single jobs cancelled with what needs them, and leaves the others alone', async () => {
    const {config, run, said, options} = await experiment();
    await demeJson(Launched, ['run', config], options);
    const {cancelled, dependents} = await demeJson(CancelledStages, ['launch', 'cancel', run, 'expert-1'], options);
    expect(cancelled).toEqual([{stage: 'expert-1', job: '1_1', isRunning: false}]);
    const names = dependents.map(({stage}) => stage);
    expect(names).toEqual(
      expect.arrayContaining(['search', 'merge', 'evaluate-expert-1', 'evaluate-merged', 'report']),
    );
    for (const kept of ['expert-0', 'evaluate-expert-0', 'evaluate-base']) expect(names).not.toContain(kept);
    const ids = (await said('scancel')).join(' ').split(' ');
    expect(ids).toEqual(expect.arrayContaining(['--state=PENDING', '1_1', ...dependents.map(({job}) => job)]));
    expect(ids).not.toContain('1_0');
  });

  it('goes on without the stages that were cancelled, until it is resumed', async () => {
    const {config, run, options} = await experiment({changes: {evaluate: undefined}});
    await demeJson(Launched, ['run', config], options);
    await demeJson(CancelledStages, ['launch', 'cancel', run, 'expert-1'], options);
    // A job that begins all the same trains nothing and does not come back.
    const job = (task: number) => {
      const env = {...process.env, SLURM_JOB_ID: '1', SLURM_ARRAY_JOB_ID: '1', SLURM_ARRAY_TASK_ID: String(task)};
      return promisify(execFile)('bash', [join(runPaths.jobs(run), 'train.sh'), String(task)], {env});
    };
    await job(1);
    expect(await fileExists(runPaths.stage(run, 'expert-1'))).toBe(false);
    await job(0);
    expect(await fileExists(runPaths.stage(run, 'expert-0'))).toBe(true);
    const early = await deme(['launch', 'cancel', run, 'expert-0'], options);
    expect(early).toMatchObject({code: 2, stderr: expect.stringContaining('expert-0 is done') as string});
    expect(await currentState(run)).toMatchObject({
      state: 'stopped',
      cancelled: {
        'expert-1': 'cancelled',
        search: 'cancelled: it needs expert-1',
        merge: 'cancelled: it needs expert-1',
      },
    });
    const again = await demeJson(Launched, ['resume', run], options);
    expect(again.jobs.flatMap(({stages}) => stages).sort()).toEqual(['expert-1', 'merge', 'search']);
    expect(await currentState(run)).toMatchObject({state: 'queued', cancelled: {}});
  });

  it('is refused before anything is written where its jobs could not work', async () => {
    const decouple = {ranges: 2, updates: 3, batch: 4, precision: 'bf16'};
    const {config, folder, run, options} = await experiment({changes: {evaluate: undefined, decouple}});
    for (const launcher of ['slurm', 'local']) {
      const {code, stderr} = await deme(['run', config, '--launcher', launcher], options);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/wasm computes in f32 only[^]*decouple\.precision/)]);
    }
    expect((await deme(['validate', config], options)).stdout).toContain('decouple.precision');
    const short = await experiment({changes: {launch: {options: {time: '00:03:00'}}}});
    const {code, stderr} = await deme(['run', short.config], short.options);
    expect([code, stderr]).toEqual([2, expect.stringContaining('before they have worked for a minute')]);
    for (const each of [run, short.run]) expect(await fileExists(join(each, '..'))).toBe(false);
    expect(await fileExists(join(folder, 'bin', 'sbatch.said'))).toBe(false);
  });

  it('has no third job where two in a row have gained nothing', async () => {
    const decouple = {ranges: 2, updates: 2000, batch: 4, logEvery: 1, checkpointEvery: 1000};
    const {config, run, options} = await experiment({changes: {evaluate: undefined, merge: undefined, decouple}});
    await demeJson(Launched, ['run', config], options);
    /** A life of the job, which gets its signal when it has made so many updates. */
    const life = (number: number, updates: number) =>
      deme(['stage', run, 'expert-0'], {
        env: {SLURM_JOB_ID: '5', SLURM_RESTART_COUNT: String(number)},
        onStart: (child) => {
          const look = setInterval(() => {
            void readStageState(run, 'expert-0').then(async (state) => {
              if (state?.pid !== child.pid) return;
              const log = runPaths.jobEvents(run, 'expert-0', {id: '5', life: number});
              const steps = updates === 0 ? 0 : (await readEvents(log)).filter(({type}) => type === 'step').length;
              if (steps < updates) return;
              clearInterval(look);
              child.kill('SIGTERM');
            });
          }, 30);
          child.on('exit', () => clearInterval(look));
        },
      });
    const codes: (number | null)[] = [];
    for (const [number, updates] of [0, 5, 0].entries()) codes.push((await life(number, updates)).code);
    const last = await life(3, 0);
    expect([...codes, last.code]).toEqual([130, 130, 130, 2]);
    expect(last.stderr).toMatch(/2 jobs in a row have ended[^]*launch\.options\.time/);
    expect(await currentState(run)).toMatchObject({error: {code: 'no-gain'}});
  });

  it('says why it was refused, calls off what was taken before, and goes on here', async () => {
    const {config, run, said, options} = await experiment({refused: 2, changes: {evaluate: undefined}});
    const {code, stderr} = await deme(['run', config], options);
    expect(code).toBe(2);
    expect(stderr).toMatch(/sbatch: Invalid qos specification/);
    expect(await said('scancel')).toEqual(['1']);
    expect(await currentState(run)).toMatchObject({
      state: 'failed',
      error: {message: 'expert-0 was not submitted: sbatch: Invalid qos specification'},
    });
    const local = await deme(['resume', run, '--launcher', 'local'], options);
    expect(local.code, local.stderr).toBe(0);
    expect(await fileExists(runPaths.launch(run))).toBe(false);
    expect(await currentState(run)).toMatchObject({state: 'done'});
  });
});
