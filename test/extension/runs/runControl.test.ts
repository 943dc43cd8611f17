import {spawn} from 'node:child_process';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {pause, stopAtCheckpoint, stopNow, unpause} from '../../../extension/runs/runControl.ts';
import {currentState, readControl} from '../../../trainer/store/run/runState.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';
import {makeRun, setState} from '../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** Other tests may keep the machine busy. */
const patient = {timeout: 20_000};

async function run() {
  const path = await makeRun(await temporaryFolder());
  return knownRun({path});
}

describe('the controls of a run', () => {
  it('ask its owner', async () => {
    const subject = await run();
    await setState(subject.path, 'running');
    await pause(subject);
    expect(await readControl(subject.path)).toBe('pause');
    await setState(subject.path, 'paused');
    await unpause(subject);
    expect(await readControl(subject.path)).toBe('resume');
    await stopAtCheckpoint(subject);
    expect(await readControl(subject.path)).toBe('stop');
  });

  it('refuse what makes no sense, by the state on the disk', async () => {
    const subject = await run();
    await expect(pause(subject)).rejects.toMatchObject({code: 'run-state'});
    await setState(subject.path, 'done');
    await expect(stopAtCheckpoint(subject)).rejects.toThrow('digits-1 is done');
    await expect(stopNow(subject, 1)).rejects.toMatchObject({code: 'run-state'});
    expect(await readControl(subject.path)).toBeNull();
  });

  it('end an owner that does not react, with its children, and mark that this was wanted', async () => {
    const subject = await run();
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`;
    const owner = spawn(process.execPath, ['-e', stubborn]);
    onTestFinished(() => void owner.kill('SIGKILL'));
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    await setState(subject.path, 'running', {pid: owner.pid!, started: Date.now() / 1000});
    const ended = new Promise((resolve) => owner.once('exit', (_, signal) => resolve(signal)));
    expect(await stopNow(subject, 0.3)).toBe('killed');
    expect(await ended).toBe('SIGKILL');
    expect(await currentState(subject.path)).toMatchObject({state: 'stopped'});
  });

  it('leave an owner alone that ends by itself', async () => {
    const subject = await run();
    await setState(subject.path, 'running');
    const stopping = stopNow(subject, 20);
    await vi.waitFor(async () => expect(await readControl(subject.path)).toBe('kill'), patient);
    await setState(subject.path, 'stopped');
    expect(await stopping).toBe('asked');
  });
});
