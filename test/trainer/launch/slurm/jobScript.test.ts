import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {jobScript, type JobScript} from '../../../../trainer/launch/slurm/jobScript.ts';
import {shellQuote} from '../../../../trainer/launch/slurm/shellQuote.ts';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** A name that a shell would make much of, were it not quoted. */
const odd = `it's "$(touch gone)" \`x\` *; \\ %j\nend`;

/** A stage: says what it was called with, and ends with 130 when it is asked to. */
const stage = `
process.on('SIGTERM', () => process.exit(130));
require('node:fs').writeFileSync(process.argv[2], JSON.stringify(process.argv.slice(3)));
if (process.argv[4] === undefined) process.exit(0);
setTimeout(() => process.exit(0), 20_000);
`;

async function job(changes: Partial<JobScript> = {}) {
  const folder = await temporaryFolder();
  const run = join(folder, odd);
  await mkdir(run);
  const path = (name: string) => join(folder, name);
  await writeFile(path('stage.cjs'), stage);
  const text = jobScript({
    command: [process.execPath, path('stage.cjs'), path('called')],
    environment: {},
    setup: [],
    signal: 'USR2@180',
    requeues: 3,
    submitted: `sbatch ${shellQuote(odd)}`,
    tasks: [
      {run, stages: ['expert-0']},
      {run, stages: ['expert-1', 'expert-2']},
    ],
    ...changes,
  });
  const script = path(`job ' ".sh`);
  await writeFile(script, text);
  // What Slurm would answer.
  await mkdir(path('bin'));
  for (const [name, answer] of [
    ['scontrol', `echo "$@" >> ${shellQuote(path('requeued'))}; kill -TERM $PPID`],
    ['squeue', 'echo RUNNING'],
  ] as const) {
    await writeFile(path(join('bin', name)), `#!/bin/sh\n${answer}\n`);
    await chmod(path(join('bin', name)), 0o755);
  }
  const start = (env: Record<string, string> = {}, ...parameters: string[]) => {
    const PATH = `${path('bin')}:${process.env.PATH}`;
    const child = spawn('bash', [script, ...parameters], {cwd: folder, env: {PATH, ...env}});
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return {child, ended, said: () => said};
  };
  const requeued = async () =>
    (await fileExists(path('requeued'))) ? (await readFile(path('requeued'), 'utf8')).trim() : null;
  const called = async () => JSON.parse(await readFile(path('called'), 'utf8')) as string[];
  const whenCalled = async () => {
    while (!(await fileExists(path('called')))) await wait(20);
  };
  return {folder, run, start, requeued, called, whenCalled, path};
}

const task = {SLURM_JOB_ID: '77', SLURM_ARRAY_JOB_ID: '70', SLURM_ARRAY_TASK_ID: '1'};

describe('the script of a job', {timeout: 60_000}, () => {
  it('calls the program with these very words, whatever is in them', async () => {
    const {start, called, run, folder} = await job({environment: {DEME_CACHE: odd}, tasks: [{run: 'x', stages: []}]});
    expect(await start({}, '0').ended).toBe(0);
    expect(await called()).toEqual(['x']);
    expect(await fileExists(join(folder, 'gone'))).toBe(false);
    const other = await job();
    const {ended, child, said} = other.start({}, '1');
    await other.whenCalled();
    child.kill('SIGTERM');
    expect(await ended, said()).toBe(130);
    expect(await other.called()).toEqual([other.run, 'expert-1', 'expert-2']);
    expect(other.run).not.toBe(run);
    expect(await other.start({}, '7').ended).toBe(2);
  });

  it('puts its own task back into the queue once its checkpoint is written', async () => {
    const {start, whenCalled, requeued} = await job();
    const {child, ended, said} = start(task);
    await whenCalled();
    child.kill('SIGUSR2');
    expect(await ended, said()).toBe(0);
    expect(await requeued()).toBe('requeue 70_1');
  });

  it('does the same when the signal comes while it is set up, before there is a program to tell', async () => {
    const {start, requeued, path} = await job({setup: ['touch begun', 'sleep 1']});
    const {child, ended} = start({SLURM_JOB_ID: '77'});
    while (!(await fileExists(path('begun')))) await wait(20);
    child.kill('SIGUSR2');
    expect(await ended).toBe(0);
    expect(await requeued()).toBe('requeue 77');
    expect(await fileExists(path('called'))).toBe(false);
  });

  it.each(['stop', 'kill'])('stays away after a wanted %s', async (command) => {
    const {start, whenCalled, requeued, run} = await job();
    await writeFile(join(run, 'control.json'), JSON.stringify({command}, null, 2));
    const {child, ended} = start(task);
    await whenCalled();
    child.kill('SIGUSR2');
    expect(await ended).toBe(130);
    expect(await requeued()).toBeNull();
  });

  it('ends when it has gone on as often as it may, and outside of jobs', async () => {
    for (const [env, code] of [[{...task, SLURM_RESTART_COUNT: '3'}, 75] as const, [{}, 130] as const]) {
      const {start, whenCalled, requeued} = await job();
      const {child, ended} = start(env, '0');
      await whenCalled();
      child.kill('SIGUSR2');
      expect(await ended).toBe(code);
      expect(await requeued()).toBeNull();
    }
  });

  it('is not put back by who cancels it', async () => {
    const {start, whenCalled, requeued, path} = await job();
    await writeFile(path(join('bin', 'squeue')), '#!/bin/sh\necho COMPLETING\n');
    const {child, ended} = start(task);
    await whenCalled();
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(await requeued()).toBeNull();
  });

  it('sets its traps before anything that takes time', async () => {
    const text = jobScript({
      command: ['node'],
      environment: {},
      setup: ['module load x'],
      wrap: 'srun',
      signal: 'INT@60',
      requeues: 1,
      submitted: '',
      tasks: [],
    });
    expect(text.indexOf("trap 'save signal' INT")).toBeLessThan(text.indexOf('module load x'));
    expect(text).toContain(`srun 'node' "$run"`);
  });
});
