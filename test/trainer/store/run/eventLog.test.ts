import {appendFileSync} from 'node:fs';
import {appendFile, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import {EventLog, readEvents, readEventsFrom} from '../../../../trainer/store/run/eventLog.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const message = (text: string): NewRunEvent => ({type: 'log', stage: 'merge', level: 'info', message: text});

async function newLog(): Promise<{path: string; log: EventLog}> {
  const path = join(await temporaryFolder(), 'events.jsonl');
  return {path, log: new EventLog(path)};
}

const messages = async (path: string) =>
  (await readEvents(path)).map((event) => (event.type === 'log' ? event.message : event.type));

describe('the event log', () => {
  it('returns stamped events as they are read back', async () => {
    const {path, log} = await newLog();
    const before = Date.now();
    const event = log.append(message('one line\nor "two", ü'));
    expect(event.time).toBeGreaterThanOrEqual(before);
    log.append({type: 'done', stage: 'merge'});
    expect(await readEvents(path)).toMatchObject([event, {type: 'done'}]);
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('writes numbers that are not finite as null', async () => {
    const {path, log} = await newLog();
    const step: NewRunEvent = {
      type: 'step',
      stage: 'expert-0',
      update: 1,
      updates: 2,
      losses: {denoise: NaN, consistency: Infinity},
      gradientNorm: 0.5,
      learningRate: 0.1,
      secondsPerUpdate: 1,
    };
    expect(log.append(step)).toMatchObject({losses: {denoise: null, consistency: null}, gradientNorm: 0.5});
    expect(await readEvents(path)).toMatchObject([{losses: {denoise: null, consistency: null}, gradientNorm: 0.5}]);
  });

  it('writes nothing for an event that no reader would accept', async () => {
    const {path, log} = await newLog();
    expect(() => log.append({type: 'stage', stage: 'merge', state: 'begun'} as unknown as NewRunEvent)).toThrow();
    expect(await readEvents(path)).toEqual([]);
  });

  it('reads around a torn last line and drops it when the log is opened again', async () => {
    const {path, log} = await newLog();
    log.append(message('a'));
    await appendFile(path, '{"type":"log","time":1,"sta');
    expect(await messages(path)).toEqual(['a']);
    new EventLog(path).append(message('b'));
    expect(await messages(path)).toEqual(['a', 'b']);
  });

  it('reads around lines that are no events', async () => {
    const {path, log} = await newLog();
    log.append(message('a'));
    await appendFile(path, `${'\0'.repeat(90)}\n{"type":"log"}\n`);
    new EventLog(path).append(message('b'));
    expect(await messages(path)).toEqual(['a', 'b']);
  });

  it('survives a crash at any byte', async () => {
    const {path, log} = await newLog();
    log.append(message('a'));
    log.append(message('b'));
    const whole = await readFile(path);
    const firstEnd = whole.indexOf('\n') + 1;
    for (let length = whole.length - 1; length >= 0; length -= 9) {
      await writeFile(path, whole);
      await truncate(path, length);
      new EventLog(path).append(message('c'));
      expect(await messages(path)).toEqual(length >= firstEnd ? ['a', 'c'] : ['c']);
    }
  });

  it('removes a torn line longer than any buffer', async () => {
    const {path, log} = await newLog();
    log.append(message('a'));
    await appendFile(path, 'x'.repeat(200_000));
    new EventLog(path).append(message('b'));
    expect(await messages(path)).toEqual(['a', 'b']);
  });

  /** A disk that takes so many more bytes of the log. */
  function smallDisk(path: string, room: number) {
    const disk = {room};
    const write: typeof appendFileSync = (_, data) => {
      const bytes = Buffer.from(data as Buffer);
      const fitting = bytes.subarray(0, disk.room);
      appendFileSync(path, fitting);
      disk.room -= fitting.length;
      if (fitting.length < bytes.length) throw Object.assign(new Error('no space'), {code: 'ENOSPC'});
    };
    return {disk, write};
  }

  it('loses nothing on a full disk: no torn line, and the order stays', async () => {
    const {path} = await newLog();
    const {disk, write} = smallDisk(path, 200);
    const written: [string, number][] = [];
    const log = new EventLog(
      path,
      (event, end) => written.push([event.type === 'log' ? event.message : '', end]),
      write,
    );
    const names = Array.from({length: 12}, (_, i) => `message ${i}`);
    for (const name of names) {
      expect(log.append(message(name))).toMatchObject({message: name});
      // Whoever reads meanwhile sees whole lines only.
      expect((await readFile(path, 'utf8')).replace(/.*\n/g, '')).toBe('');
    }
    expect(log.waiting).toBe(10);
    expect(log.flush()).toBe(false);
    disk.room = 250;
    expect(log.flush()).toBe(false);
    expect(log.waiting).toBe(8);
    disk.room = Infinity;
    log.append(message('last'));
    expect(log.waiting).toBe(0);
    expect(await messages(path)).toEqual([...names, 'last']);
    expect(written.map(([name]) => name)).toEqual([...names, 'last']);
    expect(written.at(-1)?.[1]).toBe((await readFile(path)).length);
  });

  it('passes on any other failure to write', async () => {
    const {path} = await newLog();
    const failing = () => {
      throw Object.assign(new Error('broken'), {code: 'EIO'});
    };
    expect(() => new EventLog(path, undefined, failing).append(message('a'))).toThrow('broken');
  });

  it('is followed from an offset, a half-written line later', async () => {
    const {path, log} = await newLog();
    log.append(message('a'));
    const first = await readEventsFrom(path, 0);
    const line = `${JSON.stringify({...message('ö'), time: 1})}\n`;
    await appendFile(path, Buffer.from(line).subarray(0, 20));
    const none = await readEventsFrom(path, first.offset);
    expect(none).toEqual({events: [], offset: first.offset});
    await appendFile(path, Buffer.from(line).subarray(20));
    const second = await readEventsFrom(path, none.offset);
    expect(second.events).toMatchObject([{message: 'ö'}]);
    expect((await readEventsFrom(path, second.offset)).events).toEqual([]);
    await truncate(path, 3);
    await expect(readEventsFrom(path, second.offset)).rejects.toMatchObject({code: 'log-truncated'});
  });

  it('is empty before the first event', async () => {
    const {path} = await newLog();
    expect(await readEvents(`${path}.none`)).toEqual([]);
  });
});
