import {appendFile, writeFile} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {Socket} from 'node:net';
import * as z from 'zod';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import type {OwnerMessage} from '../../trainer/contract/run/ownerMessages.ts';
import {channelDescriptor, readLines} from '../../trainer/launch/lineChannel.ts';
import {resolveConfig} from '../../trainer/pipeline/owner/resolveConfig.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {writeJsonAtomic} from '../../trainer/store/files/jsonFile.ts';
import {ownIdentity} from '../../trainer/store/run/processIdentity.ts';
import {createRun} from '../../trainer/store/run/runFolder.ts';
import {writeState} from '../../trainer/store/run/runState.ts';
import type {Manner} from './buildFakeTrainer.ts';

/**
 * A program that passes for Node and misbehaves as the trainer: started as `hang/node OWNER_ENTRY`, it acts by the name of its folder, so that
 * a story chooses the behaviour by the setting of the Node program.
 */
const manners: Readonly<Record<Manner, (config: string) => Promise<void>>> = {
  /** Says nothing at all. */
  hang: () => wait(600_000),
  /** Says what is no message. */
  garbage: async () => void channel?.write('\u0000\ufffd nothing here is JSON\n'),
  /** Dies in the middle of its first message. */
  midline: async () => void channel?.write('{"type":"crea', () => process.exit(9)),
  /** Says more than anybody can read. */
  flood: async () => {
    send({type: 'ready'});
    for (;;) {
      for (let i = 0; i < 2000; i++) send({type: 'engine', reason: 'x'.repeat(200)});
      await wait(1);
    }
  },
  /** Begins a run, writes garbage and a hundred thousand losses between good ones, and dies in the middle of a line. */
  ragged: async (config) => {
    const run = await beginRun(config);
    send({type: 'created', run, id: basename(run)});
    const log = runPaths.events(run);
    for (let update = 1; update <= 100_000; update += 1000) {
      await appendFile(log, Array.from({length: 1000}, (_, i) => `${JSON.stringify(step(update + i))}\n`).join(''));
    }
    await appendFile(log, 'nothing here is JSON\n');
    await wait(3000);
    await appendFile(log, '{"type":"step","time":17');
    process.exit(9);
  },
};

let channel: Socket | null = null;

function openChannel(): Socket {
  channel = new Socket({fd: channelDescriptor, readable: true, writable: true});
  return channel.on('error', () => process.exit());
}

function send(message: OwnerMessage): void {
  channel?.write(`${JSON.stringify(message)}\n`);
}

function step(update: number): RunEvent {
  const losses = {denoise: 0.02 + 0.01 / update, consistency: 0.001};
  const pace = {gradientNorm: 0.1, learningRate: 1e-4, secondsPerUpdate: 0.01};
  return {type: 'step', time: Date.now(), stage: 'expert-0', update, updates: 200_000, losses, ...pace};
}

/** A run folder as the real owner would have made it by the time it trains. */
async function beginRun(configFile: string): Promise<string> {
  const resolved = await resolveConfig(configFile);
  const {path} = await createRun(resolve(resolved.folder, resolved.config.output), resolved.config.name, {
    tool: 'fake trainer',
    created: new Date().toISOString(),
    config: configFile,
    engine: {name: 'wasm', version: '0', device: 'CPU', threads: 1},
  });
  await writeJsonAtomic(runPaths.config(path), resolved);
  await writeJsonAtomic(runPaths.plan(path), {stages: ['expert-0', 'expert-1']});
  const state = {state: 'running', stage: 'expert-0', progress: 0.1, heartbeat: Date.now() / 1000} as const;
  await writeState(path, {...state, ...(await ownIdentity())});
  await writeFile(join(path, 'events.jsonl'), '');
  return path;
}

function isManner(name: string): name is Manner {
  return Object.hasOwn(manners, name);
}

function act(request: string): void {
  const {config} = z.object({config: z.string()}).parse(JSON.parse(request));
  const name = basename(dirname(process.argv[1] ?? ''));
  if (isManner(name)) void manners[name](config);
}

if (process.argv[2] === '--version') process.stdout.write('v20.0.0\n');
else readLines(openChannel(), 2 ** 20, act, () => undefined);
