import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {NewRunEvent} from '../../contract/run/events.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {EventOutbox} from '../../train/trainTask.ts';
import type {InputWatch} from './inputWatch.ts';

/** What every stage gets. */
export interface StageContext {
  /** The run folder. */
  readonly run: string;
  readonly resolved: ResolvedConfig;
  readonly stage: string;
  /** Of all that the result depends on, for work that goes on from what an earlier process left; left out: it begins anew. */
  readonly key?: string;
  emit(event: NewRunEvent): void;
  /** Events that a checkpoint has to take along; left out: none. */
  readonly outbox?: EventOutbox;
  /** Ends the process where the stage is another one's by now; asked before whatever others would read is written. Left out: it is not. */
  fence?(): Promise<void>;
  /** Opens what the stage reads from outside. */
  readonly watch: InputWatch;
  /** Asked between units of work; waits while the run is paused. */
  nextAction(): Promise<'continue' | 'stop'>;
}

export type StageOutcome = 'done' | 'stopped';

/** The user asked for an end in the middle of a stage, which ends as stopped. */
export class Stopped extends Error {}

/** Waits while the run is paused, and throws `Stopped` where it is to stop. */
export async function orStop({nextAction}: Pick<StageContext, 'nextAction'>): Promise<void> {
  if ((await nextAction()) === 'stop') throw new Stopped();
}

/** The `evaluate` section of the config, without which no stage that measures is planned. */
export function requireEvaluate({stage, resolved}: StageContext): EvaluateConfig {
  const {evaluate} = resolved.config;
  if (evaluate === undefined) throw new Error(`${stage} needs an evaluate section`);
  return evaluate;
}

/** A `progress` event of this stage. */
export function progress(context: StageContext, what: string): (done: number, total: number) => void {
  return (done, total) => context.emit({type: 'progress', stage: context.stage, done, total, what});
}

/** Reports through a `log` event that something was left out or could not be checked. */
export function warn(context: StageContext): (message: string) => void {
  return (message) => context.emit({type: 'log', stage: context.stage, level: 'warning', message});
}

/** Reports something that is good to know through a `log` event. */
export function note(context: StageContext): (message: string) => void {
  return (message) => context.emit({type: 'log', stage: context.stage, level: 'info', message});
}
