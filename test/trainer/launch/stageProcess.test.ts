import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {StageLaunch, StageProcess} from '../../../trainer/launch/stageProcess.ts';
import {StageProcesses} from '../../../trainer/launch/stageProcesses.ts';
import {isRunning} from '../../helpers/machine/isRunning.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const said = {type: 'log', time: 1, stage: 'search', level: 'info', message: 'up'} as const;

/** Starts a program of a few lines in place of the trainer; `act` gets the process when its first event arrives. */
async function launch(
  program: string,
  act: (child: StageProcess) => void = () => undefined,
  setting: Partial<StageLaunch> = {},
) {
  const folder = await temporaryFolder();
  const entry = join(folder, 'entry.mjs');
  await writeFile(entry, `const say = (event) => process.send(event);\n${program}`);
  const events: RunEvent[] = [];
  const log = join(folder, 'logs', 'search.log');
  const child = new StageProcesses().launch({
    entry,
    run: folder,
    stage: 'search',
    engine: {name: 'wasm'},
    log,
    onEvent: (event) => {
      if (events.push(event) === 1) act(child);
      return true;
    },
    sync: () => Promise.resolve(),
    ...setting,
  });
  return {child, events, log};
}

const sayUp = `say(${JSON.stringify(said)});`;
const forever = 'setInterval(() => {}, 1000);';

describe('a stage process', () => {
  it('gets run, stage and engine, and its events and its output are kept', async () => {
    const program = `${sayUp} console.log(JSON.stringify(process.argv.slice(2))); process.disconnect();`;
    const {child, events, log} = await launch(program);
    expect(await child.finished).toBe('done');
    expect(events).toEqual([said]);
    const [, stage, engine] = JSON.parse(await readFile(log, 'utf8')) as string[];
    expect([stage, engine]).toEqual(['search', '{"name":"wasm"}']);
  });

  it('sees one GPU and the libraries of CUDA, which it must know before it starts', async () => {
    const names = ['CUDA_VISIBLE_DEVICES', 'TF_FORCE_GPU_ALLOW_GROWTH', 'TF_NUM_INTRAOP_THREADS', 'LD_LIBRARY_PATH'];
    const program = `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name]))); process.disconnect();`;
    const setting = {engine: {name: 'tensorflow', threads: 3}, gpu: 'GPU-b', libraryFolders: ['/cudnn/lib']} as const;
    const {child, log} = await launch(program, undefined, setting);
    expect(await child.finished).toBe('done');
    const [gpu, growth, threads, libraries] = JSON.parse(await readFile(log, 'utf8')) as string[];
    expect([gpu, growth, threads]).toEqual(['GPU-b', 'true', '3']);
    expect(libraries?.split(':')[0]).toBe('/cudnn/lib');
  });

  it('delivers all that was sent before the end', async () => {
    const {child, events} = await launch(`
      for (let i = 0; i < 999; i++) say(${JSON.stringify(said)});
      process.send(${JSON.stringify(said)}, () => process.exit(0));`);
    expect(await child.finished).toBe('done');
    expect(events).toHaveLength(1000);
  });

  it('is told how many of its events are on the disk, and of none behind one that is not', async () => {
    const program = `
      process.on('message', (message) => { console.log(JSON.stringify(message)); process.exit(0); });
      for (let i = 0; i < 5; i++) ${sayUp} ${forever}`;
    let heard = 0;
    const {child, log} = await launch(program, undefined, {onEvent: () => ++heard <= 3});
    expect(await child.finished).toBe('done');
    expect(await readFile(log, 'utf8')).toBe('{"written":3}\n');
  });

  it('is told of no event that the disk has refused to keep', async () => {
    const program = `
      process.on('message', (message) => { console.log(JSON.stringify(message)); process.exit(0); });
      ${sayUp} setInterval(() => ${sayUp.slice(0, -1)}, 50);`;
    let refused = 0;
    const sync = () => (refused++ < 2 ? Promise.reject(new Error('EIO')) : Promise.resolve());
    const {child, log} = await launch(program, undefined, {sync});
    expect(await child.finished).toBe('done');
    expect(refused).toBe(3);
    expect(await readFile(log, 'utf8')).toMatch(/^\{"written":\d+\}\n$/);
  });

  it('has stopped when it says so by its exit code', async () => {
    const program = `process.on('SIGTERM', () => process.exit(130)); ${forever} ${sayUp}`;
    const {child} = await launch(program, (stage) => stage.stop());
    expect(await child.finished).toBe('stopped');
  });

  it('has stopped when the signal came before it listened', async () => {
    const {child} = await launch(`${forever} ${sayUp}`, (stage) => stage.stop());
    expect(await child.finished).toBe('stopped');
  });

  it('is ended as it is when it does not react', async () => {
    const program = `process.on('SIGTERM', () => {}); ${forever} ${sayUp}`;
    const {child} = await launch(program, (stage) => {
      stage.stop();
      stage.kill();
    });
    expect(await child.finished).toBe('stopped');
  });

  it('rejects with the error that it reports', async () => {
    const error = {code: 'data-missing', message: 'No images.', where: 'images'};
    const failed = {type: 'failed', time: 1, stage: 'search', error};
    const {child} = await launch(`process.send(${JSON.stringify(failed)}, () => process.exit(1));`);
    await expect(child.finished).rejects.toMatchObject(error);
  });

  it.each([
    ['process.exit(3)', 'ended with exit code 3'],
    ['process.kill(process.pid, "SIGKILL")', 'was killed by SIGKILL, as the system does when memory runs out'],
  ])('rejects with the last words of one that dies: %s', async (end, how) => {
    const {child, log} = await launch(`console.error('out of memory'); ${end};`);
    const message = `The process of search ${how}. It last said: out of memory`;
    await expect(child.finished).rejects.toMatchObject({code: 'stage-died', message, where: log});
  });

  it('rejects when it sends what is no event', async () => {
    const {child} = await launch(`process.send({type: 'gossip'}, () => process.exit(0));`);
    await expect(child.finished).rejects.toThrow('sent a message that is no event');
  });
});

/** Says who runs which stage, and is idle after each. */
const willing = `
  const run = (stage) => { say({...${JSON.stringify(said)}, stage, message: String(process.pid)}); process.send({idle: true}); };
  process.on('message', ({next, written}) => { if (next) run(next); else if (written) console.log(written); else process.exit(0); });
  run(process.argv[3]);`;

describe('the stage processes of a run', () => {
  async function setting(program: string) {
    const folder = await temporaryFolder();
    const entry = join(folder, 'entry.mjs');
    await writeFile(entry, `const say = (event) => process.send(event);\n${program}`);
    const pids: string[] = [];
    const common: Omit<StageLaunch, 'stage'> = {
      entry,
      run: folder,
      engine: {name: 'wasm'},
      log: join(folder, 'logs', 'first.log'),
      onEvent: (event) => pids.push(event.type === 'log' ? `${event.stage} ${event.message}` : '') > 0,
      sync: () => Promise.resolve(),
    };
    return {common, pids, processes: new StageProcesses()};
  }
  const pidsOf = (said: readonly string[]) => said.map((line) => line.split(' ')[1]);

  it('run one stage after the other in a process that is willing, and count its events through', async () => {
    const {common, pids, processes} = await setting(willing);
    for (const stage of ['expert-0', 'search', 'merge']) {
      expect(await processes.launch({...common, stage}).finished).toBe('done');
    }
    expect(pids.map((line) => line.split(' ')[0])).toEqual(['expert-0', 'search', 'merge']);
    expect(new Set(pidsOf(pids)).size).toBe(1);
    await expect.poll(() => readFile(common.log, 'utf8')).toMatch(/^3$/m);
    await processes.end();
  });

  it('are as many as run at once', async () => {
    const {common, pids, processes} = await setting(willing);
    const both = ['expert-0', 'expert-1'].map((stage) => processes.launch({...common, stage}).finished);
    await Promise.all(both);
    await processes.launch({...common, stage: 'search'}).finished;
    expect(new Set(pidsOf(pids)).size).toBe(2);
    await processes.end();
  });

  it.each<[string, Partial<StageLaunch>, Partial<StageLaunch>]>([
    ['other threads', {}, {engine: {name: 'wasm', threads: 2}}],
    [
      'other work of TensorFlow',
      {engine: {name: 'tensorflow'}, work: 'train'},
      {engine: {name: 'tensorflow'}, work: 'predict'},
    ],
    ['each stage on a GPU, which others may need', {gpu: 'GPU-b'}, {gpu: 'GPU-b'}],
  ])('are new ones for %s', async (_, first, second) => {
    const {common, pids, processes} = await setting(willing);
    await processes.launch({...common, ...first, stage: 'expert-0'}).finished;
    await processes.launch({...common, ...second, stage: 'search'}).finished;
    expect(new Set(pidsOf(pids)).size).toBe(2);
    await processes.end();
  });

  it('are not tried again once they have ended between two stages', async () => {
    const {common, pids, processes} = await setting(`${willing} setTimeout(() => process.exit(0), 100);`);
    await processes.launch({...common, stage: 'search'}).finished;
    const pid = Number(pidsOf(pids)[0]);
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(await processes.launch({...common, stage: 'merge'}).finished).toBe('done');
    expect(new Set(pidsOf(pids)).size).toBe(2);
    await processes.end();
  });

  it('stop in a later stage as in the first', async () => {
    const program = `${willing} process.on('SIGTERM', () => process.exit(130));`;
    const {common, processes} = await setting(
      program.replace('if (next) run(next)', 'if (next) setInterval(() => {}, 1e3)'),
    );
    await processes.launch({...common, stage: 'search'}).finished;
    const second = processes.launch({...common, stage: 'merge'});
    second.stop();
    expect(await second.finished).toBe('stopped');
  });

  it('say which stage a process died in that had done others', async () => {
    const {common, processes} = await setting(willing.replace('if (next) run(next)', 'if (next) process.exit(3)'));
    await processes.launch({...common, stage: 'search'}).finished;
    const message = 'The process of merge ended with exit code 3.';
    await expect(processes.launch({...common, stage: 'merge'}).finished).rejects.toMatchObject({message});
  });

  it('end when they are let go', async () => {
    const {common, pids, processes} = await setting(willing);
    await processes.launch({...common, stage: 'search'}).finished;
    await processes.end();
    expect(isRunning(Number(pidsOf(pids)[0]))).toBe(false);
  });
});
