import {statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {byteText, freeBytes} from '../../../../trainer/store/files/freeSpace.ts';
import {writeWithRoom, type RoomRequest} from '../../../../trainer/store/files/writeWithRoom.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** A request to write 5 MB, where the disk has what `free` says at each look; and all that is said. */
function request(free: readonly number[], changes: Partial<RoomRequest> = {}) {
  const said: string[] = [];
  let looks = 0;
  const room: RoomRequest = {
    folder: '/runs/a-1',
    bytes: 5e6,
    what: 'the checkpoint of update 12',
    say: (level, message) => void said.push(`${level}: ${message}`),
    nextAction: () => Promise.resolve('continue'),
    disk: {free: () => Promise.resolve(free[Math.min(looks++, free.length - 1)] ?? NaN), poll: 1},
    ...changes,
  };
  return {room, said};
}

const write = () => Promise.resolve('written');
const full = () => Promise.reject(new UserError('disk-full', 'The disk is full.'));

describe('writing on a disk that may be full', () => {
  it('writes at once where there is room', async () => {
    const {room, said} = request([1e9]);
    expect(await writeWithRoom(room, write)).toEqual({result: 'written'});
    expect(said).toEqual([]);
  });

  it('waits without writing, says once how much is missing where, and goes on', async () => {
    const {room, said} = request([1e6, 1e6, 1e6, 1e9]);
    const attempts: number[] = [];
    expect(await writeWithRoom(room, () => Promise.resolve(attempts.push(1)))).toEqual({result: 1});
    expect(said).toEqual([
      'warning: waits for room on the disk. The checkpoint of update 12 needs 21.8 MB in /runs/a-1, and 1.0 MB are free: 20.8 MB are missing.',
      'info: there is room again: the checkpoint of update 12 is written.',
    ]);
  });

  it('waits as well where the disk says that it has room and the write fails', async () => {
    const {room, said} = request([1e9]);
    const answers = [full, full, write];
    expect(await writeWithRoom(room, () => (answers.shift() ?? write)())).toEqual({result: 'written'});
    expect(said).toEqual([
      'warning: waits for room on the disk. The checkpoint of update 12, about 5.0 MB, does not fit into /runs/a-1: the disk or the quota is full.',
      'info: there is room again: the checkpoint of update 12 is written.',
    ]);
  });

  it('can be stopped while it waits', async () => {
    let asked = 0;
    const nextAction = () => Promise.resolve(++asked > 3 ? ('stop' as const) : ('continue' as const));
    const {room} = request([0], {nextAction});
    expect(await writeWithRoom(room, () => expect.fail('there is no room'))).toBeNull();
    expect(asked).toBe(4);
  });

  it('passes on any other failure', async () => {
    const {room} = request([1e9]);
    await expect(writeWithRoom(room, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('free space', () => {
  it('is that of the disk, for a folder that is yet to be made too', async () => {
    const folder = await temporaryFolder();
    const {blocks, bsize} = await statfs(folder);
    for (const path of [folder, join(folder, 'a', 'b')]) {
      expect(await freeBytes(path)).toBeGreaterThan(0);
      expect(await freeBytes(path)).toBeLessThanOrEqual(blocks * bsize);
    }
  });

  it.each([
    [999, '999 B'],
    [1234, '1.2 kB'],
    [20_812_345, '20.8 MB'],
    [1.144e9, '1.14 GB'],
    [2.5e12, '2500.00 GB'],
  ])('reads well: %d bytes as %s', (bytes, text) => {
    expect(byteText(bytes)).toBe(text);
  });
});
