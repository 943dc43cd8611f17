import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {describe, expect, it, onTestFinished} from 'vitest';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {takeStageLock, type StageStart} from '../../../../trainer/pipeline/stages/stageLock.ts';
import {lockHolder} from '../../../../trainer/store/run/processLock.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {recordingHooks} from '../../train/tasks/recordingHooks.ts';

/** A run whose stage `merge` is held by another process for so long, and the start of a second one. */
async function heldStage(milliseconds: number, changes: Partial<StageStart> = {}) {
  const run = await temporaryFolder();
  const program = join(run, 'holder.mjs');
  const entryPoints = [fileURLToPath(new URL('orphanHolder.ts', import.meta.url))];
  await build({entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning'});
  const holder = spawn(process.execPath, [program, runPaths.stageLock(run, 'merge'), String(milliseconds)]);
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const hooks = recordingHooks();
  const start: StageStart = {run, stage: 'merge', emit: hooks.emit, nextAction: hooks.nextAction, ...changes};
  return {holder, start, run, said: () => hooks.of('log').map(({level, message}) => `${level}: ${message}`)};
}

describe('the lock of a stage', {timeout: 60_000}, () => {
  it('is waited for until a process that was left behind ends by itself', async () => {
    const {holder, start, run, said} = await heldStage(1500);
    const lock = await takeStageLock(start);
    expect(holder.signalCode).toBeNull();
    expect((await lockHolder(runPaths.stageLock(run, 'merge')))?.pid).toBe(process.pid);
    expect(said()).toEqual([
      `info: waits for process ${holder.pid}, left from before, to write its checkpoint and end.`,
    ]);
    await lock?.release();
    expect(await lockHolder(runPaths.stageLock(run, 'merge'))).toBeNull();
  });

  it('is taken from a process that does not end, which is killed', async () => {
    const {holder, start, said} = await heldStage(1e6, {grace: 500});
    const closed = once(holder, 'close');
    expect(await takeStageLock(start)).not.toBeNull();
    expect(await closed).toEqual([null, 'SIGKILL']);
    expect(said().at(-1)).toBe(
      `warning: process ${holder.pid}, left from before, did not end within 0.5 s and was killed.`,
    );
  });

  it('is given up when a stop is asked meanwhile', async () => {
    const {holder, start} = await heldStage(1e6, {nextAction: () => Promise.resolve('stop')});
    expect(await takeStageLock(start)).toBeNull();
    expect(holder.exitCode ?? holder.signalCode).toBeNull();
  });
});
