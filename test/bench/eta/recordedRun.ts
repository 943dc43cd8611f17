import {readFile} from 'node:fs/promises';
import * as z from 'zod';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {StageKind} from '../../../trainer/contract/run/stage.ts';
import type {KindTimes} from '../../../trainer/pipeline/owner/time/kindTimes.ts';
import {registry} from '../../../trainer/pipeline/stages/registry.ts';

const KindTime = z.strictObject({seconds: z.number(), effort: z.number(), stages: z.int()});

/** A run as it went: how far its stages were, at which second. */
export const RecordedRun = z.strictObject({
  config: DemeConfig,
  /** What the machine was doing besides. */
  about: z.string(),
  /** Processes at once. */
  parallel: z.int(),
  /** Stages that were done before. */
  finished: z.array(z.string()),
  /** What the owner of the run knew of earlier ones: seconds and effort of so many stages of each kind. */
  earlier: z.record(z.string(), KindTime).default({}),
  /** Seconds since the start, stage, and either its state or what it counted, with the share that was done. */
  events: z.array(
    z.union([
      z.tuple([z.number(), z.string(), z.enum(['started', 'done'])]),
      z.tuple([z.number(), z.string(), z.string(), z.number()]),
    ]),
  ),
});
export type RecordedRun = z.infer<typeof RecordedRun>;

export async function readRecordedRun(path: string): Promise<RecordedRun> {
  return RecordedRun.parse(JSON.parse(await readFile(path, 'utf8')));
}

export function earlierOf({earlier}: RecordedRun): KindTimes {
  const kinds = (Object.keys(registry) as StageKind[]).flatMap((kind) => {
    const time = earlier[kind];
    return time === undefined ? [] : [[kind, time] as const];
  });
  return new Map(kinds);
}

/** The events as the log of the run had them. */
export function eventsOf({events}: RecordedRun): RunEvent[] {
  return events.map(([seconds, stage, what, share]): RunEvent => {
    const time = 1000 * seconds;
    if (share === undefined) return {type: 'stage', time, stage, state: what as 'started' | 'done'};
    return {type: 'progress', time, stage, what, done: share, total: 1};
  });
}
