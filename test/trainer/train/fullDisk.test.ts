import type fs from 'node:fs';
import {readdir} from 'node:fs/promises';
import {describe, expect, it, vi} from 'vitest';
import {train} from '../../../trainer/train/loop.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {finalState} from './tasks/finalState.ts';
import {recordingHooks} from './tasks/recordingHooks.ts';
import {tinyTask} from './tasks/tinyTask.ts';

/** A disk that says that it has room, as one with a quota does, and refuses so many writes when they are half done. */
const disk = vi.hoisted(() => ({left: 0, refused: 0}));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (file: number, bytes: Uint8Array, offset = 0) => {
    if (disk.left === 0) return real.writeSync(file, bytes, offset);
    disk.left--;
    disk.refused++;
    real.writeSync(file, bytes, offset, (bytes.length - offset) >> 1);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
  };
  return {...real, default: real, writeSync};
});

const saysRoom = {free: () => Promise.resolve(1e12), poll: 1};

async function trained(refusals: number) {
  disk.left = refusals;
  disk.refused = 0;
  const task = tinyTask({updates: 4, checkpointEvery: 2}, await temporaryFolder());
  const hooks = {...recordingHooks(), disk: saysRoom};
  const state = await finalState(task, await train(task, hooks));
  return {state, said: hooks.of('log').map(({message}) => message), left: await readdir(task.checkpoints)};
}

describe('a disk that refuses to write', () => {
  useCpuBackend();

  it('holds the training until it writes, costs nothing and leaves nothing half written', async () => {
    const plain = await trained(0);
    const held = await trained(5);
    expect(disk.refused).toBe(5);
    expect(held.state).toEqual(plain.state);
    expect(held.left).toEqual(plain.left);
    expect(plain.said).toEqual([]);
    expect(held.said).toEqual([
      expect.stringMatching(/^waits for room on the disk\. The checkpoint of update 2, .*, does not fit into /),
      'there is room again: the checkpoint of update 2 is written.',
    ]);
  });
});
