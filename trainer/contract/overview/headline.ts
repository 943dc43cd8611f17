import * as z from 'zod';
import type {ErrorRecord} from '../errors.ts';
import {estimatedLeftText} from '../durationText.ts';
import {percentText} from '../percentText.ts';
import type {SeenState} from '../run/records.ts';
import {parseStage} from '../run/stage.ts';
import type {TimeLeft} from '../timeLeft.ts';
import {outcomes, type Verdict} from './reportVerdict.ts';
import {modelTitle, stageTitle, type Ranges} from './stageTitle.ts';

/** How a run went, or what it is doing, in a sentence. */
export const Headline = z.strictObject({
  text: z.string(),
  /** The verdict in a few words; null as long as there is none. */
  short: z.string().nullable(),
  /** What the report says; null where the run has not come to its end, or has measured nothing. */
  outcome: z.enum(outcomes).nullable(),
});
export type Headline = z.infer<typeof Headline>;

/** A stage that is being carried out. */
export interface RunningStage {
  readonly name: string;
  /** What it does before its first number; null afterwards. */
  readonly phase: string | null;
  readonly update: number | null;
  readonly updates: number | null;
}

export interface HeadlineRun {
  readonly state: SeenState;
  readonly error: Pick<ErrorRecord, 'message'> | null;
  /** 0..1 */
  readonly progress: number;
  readonly left: TimeLeft | null;
  /** Why its jobs wait, in words; left out: none do. */
  readonly queue?: string | undefined;
  readonly running: readonly RunningStage[];
  readonly ranges: Ranges;
  /** Whether its config has an `evaluate` section. */
  readonly evaluates: boolean;
  /** What its report says; null as long as there is none. */
  readonly verdict: Verdict | null;
}

/** The sentence about a run that the panel, the tree, the notices and the report show. */
export function headline(run: HeadlineRun): Headline {
  const {verdict} = run;
  if (run.state === 'done') return verdict ?? notMeasured(run);
  const before = verdict === null ? '' : ` Its last report: ${verdict.text}`;
  return {text: `${stateSentence(run)}${before}`, short: null, outcome: null};
}

function notMeasured({evaluates}: HeadlineRun): Headline {
  const why = evaluates ? 'its models have not been evaluated yet' : 'the config has no "evaluate" section';
  return {text: `Not measured: ${why}.`, short: null, outcome: null};
}

function stateSentence(run: HeadlineRun): string {
  const at = `at ${percentText(run.progress)}`;
  switch (run.state) {
    case 'new':
      return 'The run is starting.';
    case 'done':
      return 'Done.';
    case 'running':
      return `${activity(run)}${run.left === null ? '' : `; ${estimatedLeftText(run.left)}`}.`;
    case 'paused':
      return `Paused ${at}.`;
    case 'stopping':
      return `Stopping ${at}: checkpoints are being written.`;
    case 'stopped':
      return `Stopped ${at}.`;
    case 'queued':
      return `In the queue${run.progress > 0 ? ` ${at}` : ''}: ${run.queue ?? 'its jobs wait'}.`;
    case 'lost':
      return `Lost ${at}: its process is gone.`;
    case 'failed':
      return asSentence(`Failed ${at}: ${run.error?.message ?? 'for an unknown reason.'}`);
  }
}

/** The first stage by name, and how many others there are: a sentence with all would not be read. */
function activity({running, ranges}: HeadlineRun): string {
  const [first, ...others] = running;
  if (first === undefined) return 'Starting the next stage';
  const more = others.length === 0 ? '' : `, and ${others.length} more ${others.length === 1 ? 'stage' : 'stages'}`;
  const text = stageActivity(first, ranges) + more;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `training expert 0, t 0 to 249 (update 120 of 600)` */
function stageActivity({name, phase, update, updates}: RunningStage, ranges: Ranges): string {
  const done = update === null || updates === null ? '' : ` (update ${update} of ${updates})`;
  const waiting = phase === null ? done : ` (${phase})`;
  return `${doing(name, ranges)}${waiting}`;
}

function doing(name: string, ranges: Ranges): string {
  const stage = parseStage(name);
  if (stage === null) return name;
  switch (stage.kind) {
    case 'pretrain':
      return 'pretraining the base';
    case 'expert':
    case 'ordinary':
    case 'baseline':
      return `training ${modelTitle(stage, ranges)}`;
    case 'search':
      return 'searching the merge weights';
    case 'merge':
      return 'merging the experts';
    case 'evaluate':
      return `evaluating ${modelTitle(stage.model, ranges)}`;
    case 'draw':
      return `drawing ${stageTitle(name, ranges)}`;
    case 'reference':
      return 'measuring the reference images';
    case 'report':
      return 'writing the report';
  }
}

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
