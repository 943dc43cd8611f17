import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {OpenOrder, PreviewNews} from '../../../trainer/contract/panel/preview.ts';
import {launchPreview, type PreviewLaunch} from '../../../trainer/launch/previewProcess.ts';
import {isRunning} from '../../helpers/machine/isRunning.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const order: OpenOrder = {
  kind: 'open',
  base: '/base',
  experts: [{path: '/expert'}],
  saved: null,
  dtype: 'F32',
  engine: {name: 'wasm'},
};
/** The machine may be busy. */
const patient = {timeout: 30_000};

/** What every fake preview begins with: its end of the channel and a way to talk. */
const preamble = `
import {Socket} from 'node:net';
const channel = new Socket({fd: 3, readable: true, writable: true});
channel.on('error', () => channel.destroy());
const raw = (text) => channel.writable && channel.write(text);
const say = (message) => raw(JSON.stringify(message) + '\\n');
const stay = () => setInterval(() => {}, 1000);
console.log(process.pid);
`;

/** Starts a program of a few lines in place of the preview. */
async function launch(program: string, setting: Partial<PreviewLaunch> = {}) {
  const folder = await temporaryFolder();
  const entry = join(folder, 'preview.mjs');
  const log = join(folder, 'logs', 'preview.log');
  await writeFile(entry, preamble + program);
  const news: PreviewNews[] = [];
  const preview = launchPreview({
    node: process.execPath,
    entry,
    order,
    log,
    onNews: (each) => void news.push(each),
    ...setting,
  });
  onTestFinished(() => preview.end());
  return {preview, news, log};
}

/** Whether the process whose number a fake preview has printed into its log goes on. */
async function printedIsRunning(log: string): Promise<boolean> {
  const pid = Number((await readFile(log, 'utf8')).split('\n')[0]);
  return isRunning(pid);
}

describe('the process of a preview', () => {
  it('is told the models first, and then what to draw', async () => {
    const {preview, news} = await launch(`
      let text = '';
      channel.on('data', (bytes) => {
        text += bytes;
        const orders = text.trim().split('\\n').map((line) => JSON.parse(line));
        if (orders.length === 2) orders.forEach(({kind}, id) => say({kind: 'failed', id, error: {code: 'x', message: kind}}));
      });`);
    preview.order({kind: 'cancel'});
    await vi.waitFor(() => expect(news).toHaveLength(2), patient);
    expect(news.map((each) => each.kind === 'failed' && each.error.message)).toEqual(['open', 'cancel']);
  });

  it.each([
    ['text', `raw('hello\\n')`, 'sends what is no message: hello'],
    ['other news', `say({kind: 'gossip'})`, 'sends what is no message: {"kind":"gossip"}'],
    ['a picture that is none', `say({kind: 'picture', id: 1, png: '<svg>'})`, 'sends what is no message'],
    ['bytes', `raw(Buffer.from([255, 0, 254, 10]))`, 'sends what is no message'],
    ['a line without an end', `for (let i = 0; i < 101; i++) raw('x'.repeat(2 ** 20))`, 'sends a line without an end'],
  ])('that sends %s is ended, with one error', async (_, program, message) => {
    const {news, log} = await launch(`${program}; stay();`);
    const error = {code: 'preview-broken', message: textContaining(message)};
    await vi.waitFor(() => expect(news).toMatchObject([{kind: 'ended', error}]), patient);
    await vi.waitFor(async () => expect(await printedIsRunning(log)).toBe(false), patient);
    expect(news).toHaveLength(1);
  });

  it('is told to have ended where it dies, with its last words', async () => {
    const {news} = await launch(`console.error('out of memory'); setTimeout(() => process.exit(3), 50);`);
    const message = textContaining('ended with code 3');
    await vi.waitFor(() => expect(news).toMatchObject([{kind: 'ended', error: {message}}]), patient);
    expect(JSON.stringify(news)).toContain('out of memory');
  });

  it('is told to have ended where its program is missing', async () => {
    const {news} = await launch('', {node: '/nowhere/node'});
    const error = {code: 'preview-not-started', where: '/nowhere/node'};
    await vi.waitFor(() => expect(news).toMatchObject([{kind: 'ended', error}]), patient);
  });

  it('is gone and silent when it is ended from here', async () => {
    const {preview, news, log} = await launch(
      `setInterval(() => say({kind: 'cancelled', id: 1}), 5); channel.on('data', () => {});`,
    );
    await vi.waitFor(() => expect(news.length).toBeGreaterThan(3), patient);
    preview.end();
    const heard = news.length;
    await vi.waitFor(async () => expect(await printedIsRunning(log)).toBe(false), patient);
    expect(news).toHaveLength(heard);
  });
});
