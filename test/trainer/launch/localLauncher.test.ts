import {spawn} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, it, vi} from 'vitest';
import type {OwnerMessage, OwnerRequest} from '../../../trainer/contract/run/ownerMessages.ts';
import {descendants, killTree} from '../../../trainer/launch/killTree.ts';
import type {LaunchRequest} from '../../../trainer/contract/run/launchRequest.ts';
import {launchers} from '../../../trainer/launch/launchers.ts';
import {isRunning} from '../../helpers/machine/isRunning.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const request: OwnerRequest = {action: 'start', config: '/a.deme.yaml', selection: {kind: 'finetune', range: 2}};
/** The machine may be busy. */
const patient = {timeout: 30_000};

const event = {type: 'log', time: 1, stage: 'search', level: 'info', message: 'up'} as const;

/** What every fake owner begins with: its end of the channel, the request, and ways to talk. */
const preamble = `
import {Socket} from 'node:net';
const channel = new Socket({fd: 3, readable: true, writable: true});
channel.on('error', () => channel.destroy());
const raw = (text) => channel.writable && channel.write(text);
const say = (message) => raw(JSON.stringify(message) + '\\n');
const created = {type: 'created', run: '/runs/a-1', id: 'a-1'};
const event = ${JSON.stringify(event)};
const request = await new Promise((resolve) => channel.once('data', (bytes) => resolve(JSON.parse(bytes))));
const stay = () => setInterval(() => {}, 1000);
`;

/** Starts a program of a few lines in place of the owner. */
async function launch(program: string, setting: Partial<LaunchRequest> = {}) {
  const folder = await temporaryFolder();
  const entry = join(folder, 'owner.mjs');
  const log = join(folder, 'logs', 'owner.log');
  await writeFile(entry, preamble + program);
  const messages: OwnerMessage[] = [];
  const onMessage = (message: OwnerMessage) => void messages.push(message);
  const owner = launchers.local.start({node: process.execPath, entry, request, log, ...setting}, onMessage);
  return {owner, messages, folder, log};
}

/** Whether the process whose number a fake owner has printed into its log goes on. */
async function printedIsRunning(log: string): Promise<boolean> {
  const pid = Number((await readFile(log, 'utf8')).trim());
  return isRunning(pid);
}

describe('the owner of a run', () => {
  it('gets the request, and is heard to the end', async () => {
    const {owner, messages} = await launch(`
      say({type: 'ready'}); say({type: 'engine', reason: request.config}); say(created); say({type: 'event', event});
      say({type: 'ended', outcome: 'done'}); channel.end();`);
    expect(await owner.finished).toEqual({outcome: 'done'});
    expect(messages.map(({type}) => type)).toEqual(['ready', 'engine', 'created', 'event', 'ended']);
    expect(messages[1]).toEqual({type: 'engine', reason: '/a.deme.yaml'});
  });

  it('tells why its run failed', async () => {
    const error = {code: 'data-missing', message: 'No images.'};
    const {owner} = await launch(
      `say(created); say({type: 'ended', outcome: 'failed', error: ${JSON.stringify(error)}}); channel.end();`,
    );
    expect(await owner.finished).toEqual({outcome: 'failed', error});
  });

  it('refuses with an error of the user', async () => {
    const error = {code: 'config-invalid', message: 'name is missing', where: '/a.deme.yaml:1:1'};
    const {owner} = await launch(`say({type: 'refused', error: ${JSON.stringify(error)}}); channel.end();`);
    await expect(owner.finished).rejects.toMatchObject({name: 'UserError', ...error});
  });

  it.each([
    ['text', `raw('hello\\n')`, 'sends what is no message: hello'],
    [
      'text, and goes when nobody listens',
      `raw('hello\\n'); channel.on('close', () => process.exit())`,
      'sends what is no',
    ],
    ['another message', `say({type: 'gossip'})`, 'sends what is no message: {"type":"gossip"}'],
    ['bytes', `raw(Buffer.from([255, 0, 254, 10]))`, 'sends what is no message'],
    ['a line without an end', `raw('x'.repeat(3e6))`, 'sends a line without an end'],
    ['a flood', `for (let i = 0; i < 1e5; i++) say({type: 'event', event})`, 'sends more than can be read'],
    ['nothing', ``, 'has not answered', 1500],
  ])('that sends %s is ended, with one error', async (_, program, message, patience?: number) => {
    const {owner, messages, log} = await launch(`console.log(process.pid); ${program}; stay();`, {patience});
    await expect(owner.finished).rejects.toMatchObject({
      code: 'owner-broken',
      message: textContaining(message),
    });
    expect(messages.length).toBeLessThan(20_000);
    await vi.waitFor(async () => expect(await printedIsRunning(log)).toBe(false), patient);
  });

  it.each([
    [
      'between two messages',
      `say({type: 'ready'}); console.error('out of memory'); setTimeout(() => process.exit(3), 50);`,
    ],
    ['within a line', `raw('{"type":"crea'); console.error('out of memory'); setTimeout(() => process.exit(3), 50);`],
  ])('that dies %s is told with its last words', async (_, program) => {
    const {owner, log} = await launch(program);
    const message = 'The trainer process ended with code 3. It last said: out of memory';
    await expect(owner.finished).rejects.toMatchObject({message, where: log});
  });

  it.each([
    ['talks nonsense', `raw('oops\\n');`],
    ['floods', `for (let i = 0; i < 1e5; i++) say({type: 'event', event});`],
  ])('with a run under way is left alone when it %s', async (_, program) => {
    const {owner, log} = await launch(`console.log(process.pid); say(created); ${program} stay();`);
    const end = await owner.finished;
    expect(end).toMatchObject({outcome: 'unheard', error: {code: 'owner-broken'}});
    expect(await printedIsRunning(log)).toBe(true);
    await owner.cancel();
    await vi.waitFor(async () => expect(await printedIsRunning(log)).toBe(false), patient);
  });

  it('does not start without its program', async () => {
    const {owner} = await launch('', {node: '/nowhere/node'});
    await expect(owner.finished).rejects.toMatchObject({code: 'owner-not-started', where: '/nowhere/node'});
  });

  it('goes on when its starter is gone', async () => {
    const folder = await temporaryFolder();
    const result = join(folder, 'result');
    const entry = join(folder, 'owner.mjs');
    const program = `
      say(created);
      const {writeFileSync} = await import('node:fs');
      const timer = setInterval(() => { say({type: 'event', event}); if (!channel.writable) { clearInterval(timer); writeFileSync(${JSON.stringify(result)}, 'went on'); } }, 20);`;
    await writeFile(entry, preamble + program);
    const starter = join(folder, 'starter.mjs');
    await writeFile(
      starter,
      `import {spawn} from 'node:child_process';
       const child = spawn(process.execPath, [${JSON.stringify(entry)}], {stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true});
       child.stdio[3].write('{}\\n'); child.stdio[3].once('data', () => process.exit(0));`,
    );
    spawn(process.execPath, [starter]);
    await vi.waitFor(async () => expect(await readFile(result, 'utf8')).toBe('went on'), patient);
  });
});

describe('ending a process tree', () => {
  it('reaches grandchildren', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'pids');
    const leaf = `require('node:fs').appendFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const branch = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(leaf)}]); setInterval(() => {}, 1000)`;
    const root = spawn(process.execPath, ['-e', branch]);
    const pid = await vi.waitFor(async () => {
      const number = Number(await readFile(file, 'utf8'));
      expect(number).toBeGreaterThan(0);
      return number;
    }, patient);
    await killTree(root.pid);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), patient);
    await wait(10);
    expect(root.signalCode).toBe('SIGKILL');
  });

  it('does not mind a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('close', resolve));
    await expect(killTree(child.pid)).resolves.toBeUndefined();
  });

  it('knows all descendants', () => {
    const parents = new Map([
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 4],
      [6, 1],
    ]);
    expect(descendants(2, parents)).toEqual([3, 4, 5]);
    expect(descendants(0, new Map([[0, 0]]))).toEqual([]);
  });
});
