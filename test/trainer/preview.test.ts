import {spawn} from 'node:child_process';
import {join} from 'node:path';
import type {Duplex} from 'node:stream';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {OpenOrder, PreviewNews} from '../../trainer/contract/panel/preview.ts';
import {launchPreview} from '../../trainer/launch/previewProcess.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {builtFile} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {previewFolders} from './preview/previewFolders.ts';

/** The machine may be busy. */
const patient = {timeout: 60_000};

async function preview(order: OpenOrder) {
  const news: PreviewNews[] = [];
  const log = join(await temporaryFolder(), 'preview.log');
  const launch = {node: process.execPath, entry: builtFile('preview.js'), order, log};
  const process_ = launchPreview({...launch, onNews: (each) => void news.push(each)});
  onTestFinished(() => process_.end());
  return {process: process_, news};
}

describe('the preview program', {timeout: 300_000}, () => {
  useCpuBackend();

  it('says which engine computes, and draws', async () => {
    const {folder: _, ...order} = await previewFolders();
    const {process, news} = await preview(order);
    const wasm = {name: 'wasm', reason: 'WebAssembly on 1 CPU thread, the engine of the run.'};
    await vi.waitFor(() => expect(news).toMatchObject([{kind: 'ready', engine: wasm}]), patient);
    process.order({kind: 'draw', id: 1, setting: {weights: [1, 0]}, seed: 0, images: 5, steps: 6});
    await vi.waitFor(() => expect(news.at(-1)).toMatchObject({kind: 'done', id: 1}), patient);
    expect(news.map((each) => (each.kind === 'picture' ? each.of : each.kind))).toEqual([
      'ready',
      'coarse',
      'refined',
      'base',
      'done',
    ]);
  });

  it('ends with the reason where the models do not fit', async () => {
    const {folder, ...order} = await previewFolders();
    const {news} = await preview({...order, experts: [{path: join(folder, 'none')}]});
    await vi.waitFor(() => expect(news).toMatchObject([{kind: 'ended', error: {code: 'model-missing'}}]), patient);
  });

  it.each([
    ['no JSON', 'hello'],
    ['another order', '{"kind":"format-disk"}'],
    ['a drawing before the models', '{"kind":"cancel"}'],
    [
      'a path where none belongs',
      '{"kind":"open","base":"/b","experts":[],"saved":null,"dtype":"F32","engine":{"name":"wasm"}}',
    ],
  ])('refuses %s, and ends', async (_, line) => {
    const {channel, ended} = raw();
    channel.write(`${line}\n`);
    const said = await text(channel);
    expect(JSON.parse(said)).toMatchObject({kind: 'ended', error: {message: expect.any(String) as string}});
    expect(await ended).toBe(1);
  });

  it('ends when whoever started it is gone, whatever it is doing', async () => {
    const {folder: _, ...order} = await previewFolders();
    const {channel, ended} = raw();
    channel.write(`${JSON.stringify(order)}\n`);
    await new Promise((resolve) => channel.once('data', resolve));
    channel.write(
      `${JSON.stringify({kind: 'draw', id: 1, setting: {weights: [1, 0]}, seed: 0, images: 64, steps: 1000})}\n`,
    );
    await new Promise((resolve) => channel.once('data', resolve));
    channel.destroy();
    expect(await ended).toBe(0);
  });
});

/** The program without whoever looks after it. */
function raw() {
  const child = spawn(process.execPath, [builtFile('preview.js')], {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  return {channel: child.stdio[3] as Duplex, ended};
}

async function text(channel: Duplex): Promise<string> {
  let all = '';
  for await (const chunk of channel) all += String(chunk);
  return all;
}
