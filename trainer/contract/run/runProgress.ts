import type {ErrorRecord} from '../errors.ts';
import type {RunEvent} from './events.ts';
import type {StagePhase} from '../overview/stagePhase.ts';
import {addSample, noPace, secondsLeft, type Pace} from './pace.ts';

type StepEvent = Extract<RunEvent, {type: 'step'}>;

export const stageStates = ['waiting', 'running', 'done', 'stopped', 'failed'] as const;
export type StageState = (typeof stageStates)[number];

/** How far one stage of a run is, and its newest numbers. Null: not known (yet), or not finite. */
export interface StageProgress {
  /** `expert-0`, `ordinary`, `search`, `evaluate-merged` … */
  readonly stage: string;
  readonly state: StageState;
  /** 0..1 */
  readonly share: number;
  readonly update: number | null;
  readonly updates: number | null;
  /** Newest losses of a training stage. */
  readonly losses: StepEvent['losses'];
  readonly secondsPerUpdate: number | null;
  /** Of these, those for which the computation waited for images; null in runs of older builds. */
  readonly secondsWaited: number | null;
  /** How far a stage without updates is, as in 12 of 60 `merge candidates`. */
  readonly work: {readonly what: string; readonly done: number; readonly total: number} | null;
  readonly secondsLeft: number | null;
  /** Newest held-out loss that the stage measured. */
  readonly heldOut: number | null;
  /** Newest image file. */
  readonly images: string | null;
  readonly error: ErrorRecord | null;
  /** What it does before its first number; null when it has one, and while it does not run. */
  readonly phase: StagePhase | null;
  readonly pace: Pace;
}

/** What the events of a run add up to. */
export interface RunProgress {
  /** In the order of the plan, else of their appearance. */
  readonly stages: ReadonlyMap<string, StageProgress>;
  /** Best vector of merge weights that the search has tried: of those that were measured by most images, where it draws any. */
  readonly best: {
    readonly weights: readonly number[];
    readonly loss: number;
    readonly images?: number | undefined;
  } | null;
  /** The newest ones. */
  readonly warnings: readonly string[];
  /** Those of them that somebody should look at now. */
  readonly alerts: readonly {readonly time: number; readonly text: string}[];
  /** Of the newest event, milliseconds since the epoch. */
  readonly time: number | null;
}

export const noProgress: RunProgress = {stages: new Map(), best: null, warnings: [], alerts: [], time: null};

const keptWarnings = 20;

/** The progress before its first event, from what the run folder says: stages that are planned, and which of them are done. */
export function plannedProgress(planned: readonly string[], done: ReadonlySet<string>): RunProgress {
  const entry = (stage: string): [string, StageProgress] => [
    stage,
    done.has(stage) ? ended(newStage(stage), 'done') : newStage(stage),
  ];
  return {...noProgress, stages: new Map([...planned, ...done].map(entry))};
}

/** The progress after some more events. */
export function addEvents(progress: RunProgress, events: readonly RunEvent[]): RunProgress {
  return events.reduce(addEvent, progress);
}

function addEvent(progress: RunProgress, event: RunEvent): RunProgress {
  const next = {...progress, time: event.time};
  switch (event.type) {
    case 'candidate':
      return {...next, best: better(progress.best, event)};
    case 'log': {
      const logged = afterLog(progress.stages, event.stage);
      if (event.level !== 'warning') return {...next, stages: logged};
      const text = `${event.stage}: ${event.message}`;
      const warnings = [...progress.warnings, text].slice(-keptWarnings);
      const raised = event.alert ? [{time: event.time, text}] : [];
      return {...next, stages: logged, warnings, alerts: [...progress.alerts, ...raised].slice(-keptWarnings)};
    }
    case 'stopped':
    case 'done':
      // At the end the owner says so of the run as a whole.
      if (event.stage === 'run') return next;
      break;
    default:
  }
  const before = progress.stages.get(event.stage) ?? newStage(event.stage);
  const after = stageAfter(before, event);
  return after === before ? next : {...next, stages: new Map(progress.stages).set(event.stage, after)};
}

/** The first words of a stage that has started are those of its engine, which is then loaded. */
function afterLog(stages: RunProgress['stages'], name: string): RunProgress['stages'] {
  const stage = stages.get(name);
  return stage?.phase === 'engine' ? new Map(stages).set(name, {...stage, phase: 'reading'}) : stages;
}

function stageAfter(before: StageProgress, event: RunEvent): StageProgress {
  switch (event.type) {
    case 'stage':
      return event.state === 'started' ? started(before) : ended(before, 'done');
    case 'step':
      return moved({...before, ...stepNumbers(event)}, event.time, event.update / Math.max(1, event.updates));
    case 'progress': {
      const {what, done, total} = event;
      return moved({...before, work: {what, done, total}}, event.time, done / Math.max(1, total));
    }
    case 'heldOut':
      return {...before, heldOut: event.loss};
    case 'images':
      return {...before, images: event.file, phase: before.phase && 'first'};
    case 'failed':
      return {...ended(before, 'failed'), error: event.error};
    case 'stopped':
      return ended(before, 'stopped');
    default:
      return before;
  }
}

function stepNumbers({update, updates, losses, secondsPerUpdate, secondsWaited}: StepEvent) {
  return {update, updates, losses, secondsPerUpdate, secondsWaited: secondsWaited ?? null};
}

/** A stage that starts again continues from its checkpoint: its numbers stay until the first step shows where that was. */
function started(before: StageProgress): StageProgress {
  return {...before, state: 'running', secondsLeft: null, error: null, phase: 'engine', pace: noPace};
}

function moved(stage: StageProgress, time: number, counted: number): StageProgress {
  const share = Math.min(1, Math.max(0, counted));
  const pace = addSample(stage.pace, {time, share});
  return {...stage, state: 'running', share, phase: null, pace, secondsLeft: secondsLeft(pace)};
}

function ended(before: StageProgress, state: 'done' | 'stopped' | 'failed'): StageProgress {
  return {...before, state, share: state === 'done' ? 1 : before.share, secondsLeft: null, phase: null, pace: noPace};
}

function better(best: RunProgress['best'], {weights, loss, images}: Extract<RunEvent, {type: 'candidate'}>) {
  if (loss === null) return best;
  const more = (images ?? 0) - (best?.images ?? 0);
  return best === null || more > 0 || (more === 0 && loss < best.loss) ? {weights, loss, images} : best;
}

function newStage(stage: string): StageProgress {
  return {
    stage,
    state: 'waiting',
    share: 0,
    update: null,
    updates: null,
    losses: {},
    secondsPerUpdate: null,
    secondsWaited: null,
    work: null,
    secondsLeft: null,
    heldOut: null,
    images: null,
    error: null,
    phase: null,
    pace: noPace,
  };
}
