import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import {launchStage, type StageLaunch, type StageProcess} from '../../../trainer/launch/stageProcess.ts';
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
  const child = launchStage({
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
