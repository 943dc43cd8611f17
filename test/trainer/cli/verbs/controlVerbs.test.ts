import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import type {StateRecord} from '../../../../trainer/contract/run/records.ts';
import {ownIdentity} from '../../../../trainer/store/run/processIdentity.ts';
import {takeLock} from '../../../../trainer/store/run/processLock.ts';
import {createRun} from '../../../../trainer/store/run/runFolder.ts';
import {readControl, writeState} from '../../../../trainer/store/run/runState.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const Asked = z.strictObject({run: z.string(), id: z.string(), command: z.enum(['stop', 'pause', 'resume'])});

const Listed = z.strictObject({
  runs: z.array(
    z.strictObject({
      id: z.string(),
      path: z.string(),
      created: z.iso.datetime(),
      engine: z.string(),
      state: z.string(),
      stage: z.string(),
      progress: z.number(),
      heartbeatAge: z.number().nullable(),
      error: z.string().nullable(),
      launched: z.literal(false),
      queue: z.null(),
      working: z.array(z.never()),
      cancelled: z.strictObject({}),
      orphans: z.array(z.strictObject({stage: z.string(), pid: z.int()})),
      goOn: z.string().nullable(),
    }),
  ),
  unreadable: z.array(z.string()),
});

/** A run that this very process seems to own, or, when `lost`, one that is gone. */
async function fakeRun(
  output: string,
  state: StateRecord['state'] | 'lost' | 'new',
  heartbeatAge = 0,
): Promise<string> {
  const engine = {name: 'wasm', version: '1', device: 'CPU', threads: 1} as const;
  const created = new Date().toISOString();
  const {path} = await createRun(output, 'fake', {tool: 'deme 0', created, config: 'x.deme.yaml', engine});
  if (state === 'new') return path;
  const {pid, started} = await ownIdentity();
  const owner = {pid, started: state === 'lost' ? started - 1000 : started};
  const record = {state: state === 'lost' ? 'running' : state, stage: 'expert-0', progress: 0.5} as const;
  await writeState(path, {...record, ...owner, heartbeat: Date.now() / 1000 - heartbeatAge});
  return path;
}

describe('deme stop, pause and resume', () => {
  it('ask a living run by its folder', async () => {
    const run = await fakeRun(await temporaryFolder(), 'running');
    expect(await demeJson(Asked, ['stop', run])).toEqual({run, id: 'fake-1', command: 'stop'});
    expect(await readControl(run)).toBe('stop');
  });

  it('ask it by its name below --output', async () => {
    const output = await temporaryFolder();
    const run = await fakeRun(output, 'running');
    const {code, stdout} = await deme(['pause', 'fake-1', '--output', output]);
    expect({code, stdout}).toEqual({code: 0, stdout: 'fake-1 waits after its next update.\n'});
    expect(await readControl(run)).toBe('pause');
  });

  it('find it below .deme/runs of the working folder', async () => {
    const cwd = await temporaryFolder();
    const run = await fakeRun(join(cwd, '.deme', 'runs'), 'paused');
    expect(await demeJson(Asked, ['resume', 'fake-1'], {cwd})).toMatchObject({command: 'resume'});
    expect(await readControl(run)).toBe('resume');
  });

  it.each([
    ['stop', 'done', 'is not running: it is done'],
    ['stop', 'lost', 'its process is gone'],
    ['pause', 'stopped', 'is not running: it was stopped'],
    ['pause', 'new', 'has not started'],
    ['pause', 'stopping', 'is stopping already'],
    ['resume', 'running', 'is running already'],
    ['resume', 'stopping', 'wait for its end'],
    ['resume', 'done', 'is done'],
  ] as const)('refuse what makes no sense: %s a run that is %s', async (verb, state, message) => {
    const run = await fakeRun(await temporaryFolder(), state);
    const {code, stderr} = await deme([verb, run]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await readControl(run)).toBeNull();
  });

  it('go on with all lost runs only where that is asked', async () => {
    const cwd = await temporaryFolder();
    await fakeRun(join(cwd, '.deme', 'runs'), 'done');
    expect(await deme(['resume'], {cwd})).toMatchObject({code: 2, stderr: expect.stringContaining('--all') as string});
    expect(await deme(['resume', '--all'], {cwd})).toMatchObject({code: 0, stdout: 'No run in .deme/runs is lost.\n'});
  });

  it('refuse a run that there is not', async () => {
    const {code, stderr} = await deme(['stop', 'none-1'], {cwd: await temporaryFolder()});
    expect(code).toBe(2);
    expect(stderr).toContain('There is no run none-1.');
  });
});

describe('deme runs', () => {
  it('lists runs with their states, and those that cannot be read', async () => {
    const output = await temporaryFolder();
    const states = ['running', 'lost', 'done', 'new'] as const;
    for (const state of states) await fakeRun(output, state);
    await writeFile(join(await fakeRun(output, 'new'), 'run.json'), '{');
    const {runs, unreadable} = await demeJson(Listed, ['runs', '--output', output]);
    expect(runs.map(({id, state}) => `${id} ${state}`)).toEqual(states.map((state, i) => `fake-${i + 1} ${state}`));
    expect(runs[0]).toMatchObject({stage: 'expert-0', progress: 0.5, engine: 'wasm'});
    expect(unreadable).toEqual([expect.stringContaining('fake-5')]);
    const {stdout} = await deme(['runs', '--output', output]);
    expect(stdout).toMatch(/^fake-1 +running +50 % +\d+ s +wasm +expert-0$/m);
  });

  it('says how to go on with a lost run, and which of its processes still work', async () => {
    const cwd = await temporaryFolder();
    const run = await fakeRun(join(cwd, '.deme', 'runs'), 'lost');
    const lock = await takeLock(join(run, 'locks', 'expert-1.lock'));
    const {runs} = await demeJson(Listed, ['runs'], {cwd});
    const goOn = `deme resume ${join('.deme', 'runs', 'fake-1')}`;
    expect(runs).toMatchObject([{state: 'lost', goOn, orphans: [{stage: 'expert-1', pid: process.pid}]}]);
    const {stdout} = await deme(['runs'], {cwd});
    expect(stdout).toContain(`go on with: ${goOn}\n`);
    expect(stdout).toContain(`its process ${process.pid} (expert-1) still runs`);
    if (lock.held) await lock.release();
    expect((await deme(['runs'], {cwd})).stdout).not.toContain('still runs');
  });

  it('says of a run that is halted how long ago it gave a sign of life', async () => {
    const output = await temporaryFolder();
    for (const age of [200, 3]) await fakeRun(output, 'running', age);
    await fakeRun(output, 'done', 200);
    const {stdout} = await deme(['runs', '--output', output]);
    expect(stdout.match(/its process is there, .*/g)).toEqual([
      'its process is there, but its last sign of life is 3 min old',
    ]);
  });

  it('says when there are none', async () => {
    const {code, stdout} = await deme(['runs'], {cwd: await temporaryFolder()});
    expect({code, stdout}).toEqual({code: 0, stdout: 'No runs in .deme/runs.\n'});
  });
});
