import {setTimeout as wait} from 'node:timers/promises';
import {isDiskFull} from './atomicFile.ts';
import {byteText, freeBytes} from './freeSpace.ts';

/** How free space is found out, and how often. */
export interface DiskWatch {
  free(folder: string): Promise<number>;
  /** Milliseconds before the disk is looked at again; longer each time, up to sixteen times that. */
  readonly poll: number;
}

const diskWatch: DiskWatch = {free: freeBytes, poll: 2000};

/** Something that is to be written as soon as the disk has room for it. */
export interface RoomRequest {
  readonly folder: string;
  /** What it takes at most. */
  readonly bytes: number;
  /** As in `the checkpoint of update 12`. */
  readonly what: string;
  /** Called when it starts to wait, with the place and the room that is needed, and when it continues. */
  say(level: 'info' | 'warning', message: string): void;
  /** Asked again and again while there is no room; `stop` gives up. */
  nextAction(): Promise<'continue' | 'stop'>;
  readonly disk?: DiskWatch;
  /** Bytes that must stay free besides; left out: some for the events of the run. */
  readonly margin?: number;
}

/** What others on the same disk may need meanwhile: the event log, the metrics. */
const defaultMargin = 2 ** 24;

/**
 * Writes, or waits until there is room and writes then, whether the disk was full before or becomes so. `write` may be called again and
 * must leave nothing behind when it fails. Null when it was stopped while it waited.
 */
export async function writeWithRoom<T>(request: RoomRequest, write: () => Promise<T>): Promise<{result: T} | null> {
  const {disk = diskWatch, what, say, nextAction} = request;
  let hasWaited = false;
  for (let pause = disk.poll; ; pause = Math.min(2 * pause, 16 * disk.poll)) {
    const lack = await lackOfRoom(request, disk);
    const written = lack === null ? await tryWrite(write) : null;
    if (written !== null) {
      if (hasWaited) say('info', `there is room again: ${what} is written.`);
      return written;
    }
    if (!hasWaited) say('warning', `waits for room on the disk. ${lack ?? fullText(request)}`);
    hasWaited = true;
    for (let left = pause; left > 0; left -= disk.poll) {
      if ((await nextAction()) === 'stop') return null;
      await wait(Math.min(disk.poll, left));
    }
  }
}

/** A sentence about what is missing and where; null where there is room. */
async function lackOfRoom(
  {folder, bytes, what, margin = defaultMargin}: RoomRequest,
  {free}: DiskWatch,
): Promise<string | null> {
  const there = await free(folder);
  const needed = bytes + margin;
  if (there >= needed) return null;
  return `${capital(what)} needs ${byteText(needed)} in ${folder}, and ${byteText(there)} are free: ${byteText(needed - there)} are missing.`;
}

/** The disk has room by its own account, but the write failed: a quota, or somebody else was faster. */
function fullText({folder, bytes, what}: RoomRequest): string {
  return `${capital(what)}, about ${byteText(bytes)}, does not fit into ${folder}: the disk or the quota is full.`;
}

async function tryWrite<T>(write: () => Promise<T>): Promise<{result: T} | null> {
  try {
    return {result: await write()};
  } catch (error) {
    if (isDiskFull(error)) return null;
    throw error;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
