import {appendFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readEventTail} from '../../../extension/runs/eventTail.ts';
import {stepEvent} from '../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

async function logOf(text: string) {
  const path = join(await temporaryFolder(), 'events.jsonl');
  await writeFile(path, text);
  return path;
}

const line = (update: number) => `${JSON.stringify(stepEvent(update))}\n`;

describe('the tail of an event log', () => {
  it('is read on from where it was, whole lines only', async () => {
    const path = await logOf(line(1) + line(2).slice(0, 20));
    const first = await readEventTail(path, 0);
    expect(first).toEqual({events: [stepEvent(1)], offset: line(1).length, garbage: null});
    await appendFile(path, line(2).slice(20) + line(3));
    const second = await readEventTail(path, first.offset);
    expect(second.events).toEqual([stepEvent(2), stepEvent(3)]);
    expect(await readEventTail(path, second.offset)).toEqual({events: [], offset: second.offset, garbage: null});
  });

  it('leaves out what lies far back, and the line that it would cut', async () => {
    const many = Array.from({length: 5000}, (_, i) => line(i)).join('');
    const {events, offset} = await readEventTail(await logOf(many), 0);
    expect(offset).toBe(many.length);
    expect(events.length).toBeGreaterThan(100);
    expect(events.length).toBeLessThan(2000);
    expect(events.at(-1)).toEqual(stepEvent(4999));
  });

  it('skips a line that is no event, and tells', async () => {
    const {events, garbage} = await readEventTail(await logOf(`${line(1)}nonsense\n{"type":"x"}\n${line(2)}`), 0);
    expect(events).toEqual([stepEvent(1), stepEvent(2)]);
    expect(garbage).toBe('nonsense');
  });

  it('starts again with a log that became shorter', async () => {
    const path = await logOf(line(7));
    expect((await readEventTail(path, 10_000)).events).toEqual([stepEvent(7)]);
  });

  it('waits for the end of a line that is longer than the tail', async () => {
    const path = await logOf('x'.repeat(600_000));
    const first = await readEventTail(path, 0);
    expect(first.events).toEqual([]);
    await appendFile(path, `\n${line(1)}`);
    expect((await readEventTail(path, first.offset)).events).toEqual([stepEvent(1)]);
  });
});
