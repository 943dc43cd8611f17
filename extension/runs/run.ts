import {basename, join} from 'node:path';
import type {Verdict} from '../../trainer/contract/overview/reportVerdict.ts';
import type {ResolvedConfig} from '../../trainer/contract/run/pipeline.ts';
import type {RunRecord} from '../../trainer/contract/run/records.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import type {RunNotes} from '../../trainer/contract/run/runNotes.ts';
import type {CurrentState} from '../../trainer/store/run/runState.ts';
import type {RunProgress} from '../../trainer/contract/run/runProgress.ts';

/** A run as the editor knows it. Never changes: news make another object. */
export interface Run {
  /** The run folder. */
  readonly path: string;
  readonly record: RunRecord;
  readonly config: ResolvedConfig;
  /** Null before its owner has written any. */
  readonly state: CurrentState | null;
  readonly progress: RunProgress;
  /** How long its owner has given no sign of life, in whole ten seconds; null for one that does, or that needs not. */
  readonly silentSeconds: number | null;
  /** Null until its report is written. */
  readonly report: Report | null;
  /** What its report says; null without one. Kept, as those who show it must not load what reads a report. */
  readonly verdict: Verdict | null;
  readonly notes: RunNotes;
  /** Training timesteps of its base; null where that cannot be read. */
  readonly timesteps: number | null;
  /** What is wrong with its files, for the user; null where all could be read. */
  readonly problem: string | null;
}

/** The config file that a run was made from, absolute. It may have been given relative to a folder that nobody knows any more. */
export function configFileOf({record, config}: Pick<Run, 'record' | 'config'>): string {
  return join(config.folder, basename(record.config));
}

/** Whether a process carries the run out, or jobs of it wait. */
export function isActiveRun({state}: Run): boolean {
  const {state: now} = state ?? {};
  return now === 'running' || now === 'paused' || now === 'stopping' || now === 'queued';
}

/** Whether a run can be resumed: some of its planned stages are not done, and no process works on them. */
export function isResumable({state}: Run): boolean {
  return state?.state === 'stopped' || state?.state === 'failed' || state?.state === 'lost';
}
