import type {RunEvent} from '../../contract/run/events.ts';
import type {MemoryPeak} from '../../contract/run/memoryPeak.ts';
import {stagePeaks} from '../../contract/run/stagePeaks.ts';
import {runEventPieces} from '../../store/run/singleEvents.ts';

/** The memory peak of each stage of a run by its event log, however long that is. */
export async function readStagePeaks(run: string): Promise<Map<string, MemoryPeak>> {
  const found: RunEvent[] = [];
  for await (const {events} of runEventPieces(run, ['memory'])) found.push(...events);
  return stagePeaks(found);
}
