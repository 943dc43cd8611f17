import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {StateRecord} from '../../../../trainer/contract/run/records.ts';
import {isAlive, ownIdentity} from '../../../../trainer/store/run/processIdentity.ts';
import {
  clearControl,
  currentState,
  readControl,
  readState,
  requestControl,
  writeState,
} from '../../../../trainer/store/run/runState.ts';
import {readNotes} from '../../../../trainer/store/run/runNotes.ts';
import {takeLock} from '../../../../trainer/store/run/processLock.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {endedProcess} from '../../../helpers/machine/endedProcess.ts';
import {replaceByPipes} from '../../../helpers/runs/oddRuns.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

async function ownState(changes: Partial<StateRecord> = {}): Promise<StateRecord> {
  return {state: 'running', ...(await ownIdentity()), heartbeat: 0, stage: 'expert-0', progress: 0.5, ...changes};
}

describe('currentState', () => {
  it('is what the file says while the owner lives', async () => {
    const run = await temporaryFolder();
    expect(await currentState(run)).toBeNull();
    await writeState(run, await ownState());
    expect(await currentState(run)).toEqual(await readState(run));
  });

  it.each(['running', 'paused', 'stopping'] as const)('is lost when a %s owner is gone', async (state) => {
    const run = await temporaryFolder();
    await writeState(run, await ownState({state, pid: await endedProcess()}));
    expect(await currentState(run)).toMatchObject({state: 'lost', stage: 'expert-0', progress: 0.5});
    expect(await readState(run)).toMatchObject({state});
  });

  it.each(['done', 'failed', 'stopped'] as const)('stays %s when the owner is gone', async (state) => {
    const run = await temporaryFolder();
    await writeState(run, await ownState({state, pid: await endedProcess()}));
    expect(await currentState(run)).toMatchObject({state});
  });

  it.runIf(existsSync('/proc/self/stat'))('is lost when the number of the process belongs to a later one', async () => {
    const run = await temporaryFolder();
    const {started, birth = ''} = await ownIdentity();
    for (const other of [
      {birth: birth.replace(/\d+$/, '1')},
      {birth: `x${birth}`},
      {birth: undefined, started: started - 3600},
    ]) {
      await writeState(run, await ownState(other));
      expect(await currentState(run)).toMatchObject({state: 'lost'});
    }
  });

  it.runIf(existsSync('/proc/self/stat'))('does not mind a clock that was set meanwhile', async () => {
    const run = await temporaryFolder();
    const {started} = await ownIdentity();
    for (const shift of [-86_400, 3600]) {
      await writeState(run, await ownState({started: started + shift}));
      expect(await currentState(run)).toMatchObject({state: 'running'});
    }
  });

  it('is lost where the file is damaged, unless the lock of the run is held', async () => {
    const run = await temporaryFolder();
    await writeFile(join(run, 'state.json'), '{"state": "runn');
    expect(await currentState(run)).toMatchObject({state: 'lost', error: {code: 'json-invalid'}});
    const lock = await takeLock(runPaths.ownerLock(run));
    expect(await currentState(run)).toMatchObject({state: 'running', pid: process.pid});
    if (lock.held) await lock.release();
    expect(await currentState(run)).toMatchObject({state: 'lost'});
  });

  it('goes by the heartbeat where the owner is on another machine', async () => {
    const run = await temporaryFolder();
    const elsewhere = {host: 'another-machine', pid: await endedProcess()};
    await writeState(run, await ownState({...elsewhere, heartbeat: Date.now() / 1000 - 5}));
    expect(await currentState(run)).toMatchObject({state: 'running'});
    await writeState(run, await ownState({...elsewhere, heartbeat: Date.now() / 1000 - 90}));
    expect(await currentState(run)).toMatchObject({state: 'lost'});
  });

  it('refuses a state that readers would refuse', async () => {
    const run = await temporaryFolder();
    await expect(writeState(run, await ownState({progress: 1.5}))).rejects.toThrow(/progress/);
  });
});

describe('the own process', () => {
  it('is alive and started when Node says', async () => {
    const identity = await ownIdentity();
    expect(await isAlive(identity)).toBe(true);
    expect(Math.abs(Date.now() / 1000 - process.uptime() - identity.started)).toBeLessThan(5);
  });
});

describe('control', () => {
  it('keeps the newest request until it is cleared', async () => {
    const run = await temporaryFolder();
    expect(await readControl(run)).toBeNull();
    await requestControl(run, 'pause');
    await requestControl(run, 'stop');
    expect(await readControl(run)).toBe('stop');
    await writeFile(join(run, 'control.json'), '{"command": "st');
    expect(await readControl(run)).toBeNull();
    await clearControl(run);
    await clearControl(run);
    expect(await readControl(run)).toBeNull();
  });
});

describe('a run whose small files are pipes', () => {
  it('is lost, and its owner is asked nothing, instead of being waited for', async () => {
    const run = await temporaryFolder();
    await replaceByPipes(run, ['state.json', 'control.json', 'owner.lock', 'notes.json']);
    expect(await currentState(run)).toMatchObject({state: 'lost', error: {code: 'file-odd'}});
    expect(await readControl(run)).toBeNull();
    await expect(readNotes(run)).rejects.toMatchObject({code: 'file-odd'});
    await writeState(run, await ownState());
    await requestControl(run, 'stop');
    expect([(await currentState(run))?.state, await readControl(run)]).toEqual(['running', 'stop']);
  });
});
