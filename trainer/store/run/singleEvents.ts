import {basename, join} from 'node:path';
import type {RunEvent} from '../../contract/run/events.ts';
import {namesIn} from '../files/namesIn.ts';
import {eventPieces, type EventPiece} from './eventPieces.ts';
import {runPaths} from './runPaths.ts';

/** The log of a stage that ran without an owner of its run, until an owner adds it to that of the run. */
export interface SingleLog {
  readonly path: string;
  readonly stage: string;
  /** Folder of the metrics that its process keeps beside it; there may be none. */
  readonly metrics: string;
}

export async function singleLogs(run: string): Promise<SingleLog[]> {
  const ending = basename(runPaths.singleEvents(run, ''));
  const names = (await namesIn(runPaths.stages(run))).filter((name) => name.endsWith(ending));
  // By number: a later life of a job, or a later job, comes behind.
  names.sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  // No name of a stage has a dot.
  return names.map((name) => {
    const path = join(runPaths.stages(run), name);
    return {path, stage: name.split('.', 1)[0] ?? name, metrics: runPaths.singleMetrics(path)};
  });
}

/**
 * The events of a run in pieces, all or those of some types: those of its log, then those of stages that ran without an owner and are not
 * in it yet.
 */
export async function* runEventPieces(run: string, types?: readonly RunEvent['type'][]): AsyncGenerator<EventPiece> {
  const single = await singleLogs(run);
  for (const path of [runPaths.events(run), ...single.map((log) => log.path)]) yield* eventPieces(path, {types});
}
