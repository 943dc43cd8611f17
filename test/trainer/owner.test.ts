import {spawn} from 'node:child_process';
import {chmod, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Duplex} from 'node:stream';
import {describe, expect, it} from 'vitest';
import type {OwnerMessage, OwnerRequest, StageSelection} from '../../trainer/contract/run/ownerMessages.ts';
import type {LaunchedJob} from '../../trainer/launch/launcher.ts';
import {launchers} from '../../trainer/launch/launchers.ts';
import {readEvents} from '../../trainer/store/run/eventLog.ts';
import {currentState, requestControl} from '../../trainer/store/run/runState.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {builtFile} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../helpers/runs/tinyExperiment.ts';

/** Has an owner do something and waits for its end; `act` may interfere after each message. */
async function own(
  request: OwnerRequest,
  act: (message: OwnerMessage, owner: LaunchedJob) => void = () => undefined,
  environment?: NodeJS.ProcessEnv,
) {
  const log = join(await temporaryFolder(), 'owner.log');
  const messages: OwnerMessage[] = [];
  const launch = {node: process.execPath, entry: builtFile('owner.js'), request, log, environment};
  const owner = launchers.local.start(launch, (message) => {
    messages.push(message);
    act(message, owner);
  });
  const end = await owner.finished;
  const run = messages.flatMap((message) => (message.type === 'created' ? [message.run] : []))[0] ?? '';
  const events = messages.flatMap((message) => (message.type === 'event' ? [message.event] : []));
  const done = events.flatMap((event) => (event.type === 'stage' && event.state === 'done' ? [event.stage] : []));
  return {end, run, events, done, messages, log};
}

async function start(config: string, selection: StageSelection, act?: Parameters<typeof own>[1]) {
  return own({action: 'start', config, selection}, act);
}

/** Long enough to be interfered with. */
const long = {decouple: {ranges: 1, updates: 3000, batch: 4, logEvery: 1, checkpointEvery: 100_000}};

describe('the owner of a run', {timeout: 300_000}, () => {
  useCpuBackend();

  it('carries out a part after the other in one run, and tells all that the event log has', async () => {
    const config = await writeTinyExperiment(await temporaryFolder());
    const first = await start(config, {kind: 'finetune', range: 1});
    expect(first.end).toEqual({outcome: 'done'});
    expect(first.done).toEqual(['expert-1']);
    expect(first.messages.map(({type}) => type).slice(0, 3)).toEqual(['ready', 'engine', 'created']);
    expect(first.events).toEqual(await readEvents(runPaths.events(first.run)));

    const second = await start(config, {kind: 'finetune'});
    expect([second.run, second.done]).toEqual([first.run, ['expert-0']]);
    const merged = await start(config, {kind: 'merge'});
    expect([merged.run, merged.done]).toEqual([first.run, ['search', 'merge']]);
    await expect(start(config, {kind: 'merge'})).rejects.toMatchObject({code: 'already-done', where: first.run});

    await writeFile(config, (await readFile(config, 'utf8')).replace('"updates": 3', '"updates": 2'));
    await expect(start(config, {kind: 'merge'})).rejects.toMatchObject({code: 'stage-missing'});
    const changed = await start(config, {kind: 'finetune', range: 0});
    expect(changed.run).toMatch(/tiny-2$/);
  });

  it('submits a run that is to be jobs, and needs no process any more', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'sbatch'), '#!/bin/sh\necho 7\n');
    await chmod(join(folder, 'sbatch'), 0o755);
    const config = await writeTinyExperiment(folder, {evaluate: undefined});
    const request = {action: 'start', config, selection: {kind: 'pipeline'}, launcher: 'slurm'} as const;
    const {end, run, messages} = await own(request, undefined, {...process.env, PATH: `${folder}:${process.env.PATH}`});
    expect(end).toEqual({outcome: 'launched'});
    expect(messages.map(({type}) => type)).toEqual(['ready', 'created', 'ended']);
    expect(await currentState(run)).toMatchObject({state: 'queued', launched: true});
    expect((await readdir(runPaths.jobs(run))).sort()).toEqual(['merge.sh', 'search.sh', 'train.sh']);
  });

  it('refuses a config with a mistake, at its place', async () => {
    const config = join(await temporaryFolder(), 'a.deme.yaml');
    await writeFile(config, 'name: a\nbase: b\nbasis: c\n');
    await expect(start(config, {kind: 'pipeline'})).rejects.toMatchObject({
      code: 'config-invalid',
      where: `${config}:3:1`,
    });
  });

  it('ends when whoever started it is gone before there is a run that others could see', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const child = spawn(process.execPath, [builtFile('owner.js')], {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const channel = child.stdio[3] as Duplex;
    const request: OwnerRequest = {action: 'start', config, selection: {kind: 'pipeline'}};
    channel.write(`${JSON.stringify(request)}\n`);
    channel.once('data', () => channel.destroy());
    expect(await ended).toBe(0);
    await expect(readdir(join(folder, '.deme', 'runs'))).rejects.toMatchObject({code: 'ENOENT'});
  });

  it('stops at a checkpoint, and goes on from it', async () => {
    const config = await writeTinyExperiment(await temporaryFolder(), long);
    let run = '';
    const stopped = await start(config, {kind: 'finetune'}, (message) => {
      if (message.type === 'created') ({run} = message);
      if (message.type === 'event' && message.event.type === 'step' && message.event.update === 5)
        void requestControl(run, 'stop');
    });
    expect(stopped.end).toEqual({outcome: 'stopped'});
    expect(await currentState(run)).toMatchObject({state: 'stopped'});
    const saved = stopped.events.flatMap((event) => (event.type === 'checkpoint' ? [event.update] : []));
    expect(saved).toHaveLength(1);

    const resumed = await own({action: 'resume', run}, (message) => {
      if (message.type === 'event' && message.event.type === 'step') void requestControl(run, 'kill');
    });
    const firstStep = resumed.events.find((event) => event.type === 'step');
    expect(firstStep).toMatchObject({update: (saved[0] ?? NaN) + 1});
  });

  it('ends at once when it is told so, without another checkpoint', async () => {
    const config = await writeTinyExperiment(await temporaryFolder(), long);
    let run = '';
    const killed = await start(config, {kind: 'finetune'}, (message) => {
      if (message.type === 'created') ({run} = message);
      if (message.type === 'event' && message.event.type === 'step' && message.event.update === 5)
        void requestControl(run, 'kill');
    });
    expect(killed.end).toEqual({outcome: 'stopped'});
    expect(killed.events.filter(({type}) => type === 'checkpoint')).toEqual([]);
    expect(await currentState(run)).toMatchObject({state: 'stopped'});
  });

  it('that was killed on request counts as stopped, without a request as lost', async () => {
    const config = await writeTinyExperiment(await temporaryFolder(), long);
    let run = '';
    const killed = await start(config, {kind: 'finetune'}, (message, owner) => {
      if (message.type === 'created') ({run} = message);
      if (message.type === 'event' && message.event.type === 'step' && message.event.update === 5) void owner.cancel();
    });
    expect(killed.end.outcome).toBe('unheard');
    expect(await currentState(run)).toMatchObject({state: 'lost'});
    await requestControl(run, 'kill');
    expect(await currentState(run)).toMatchObject({state: 'stopped'});
  });
});
