import {appendFile, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {NewRunEvent} from '../../../trainer/contract/events.ts';
import {EventLog, readEvents, readEventsFrom} from '../../../trainer/store/eventLog.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

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
      denoise: NaN,
      consistency: Infinity,
      gradientNorm: 0.5,
      learningRate: 0.1,
      secondsPerUpdate: 1,
    };
    expect(log.append(step)).toMatchObject({denoise: null, consistency: null, gradientNorm: 0.5});
    expect(await readEvents(path)).toMatchObject([{denoise: null, consistency: null, gradientNorm: 0.5}]);
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

  it('is empty before the first event and names a damaged line', async () => {
    const {path} = await newLog();
    expect(await readEvents(`${path}.none`)).toEqual([]);
    await writeFile(path, '{"type":"log"}\n');
    await expect(readEvents(path)).rejects.toMatchObject({code: 'content-invalid', where: path});
  });
});
