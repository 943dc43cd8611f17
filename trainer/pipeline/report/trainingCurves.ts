import type {RunEvent} from '../../contract/run/events.ts';
import {byLossTerm, type LossTerm} from '../../contract/run/lossTerms.ts';
import {runEventPieces} from '../../store/run/singleEvents.ts';
import type {CurvePoint} from './smoothCurve.ts';
import {ThinnedList} from './thinnedList.ts';

type StepEvent = Extract<RunEvent, {type: 'step'}>;
type BucketsEvent = Extract<RunEvent, {type: 'buckets'}>;

/** The logged events of one training stage in the order of updates. In a very long training each entry stands for several events. */
export interface TrainingCurves {
  readonly steps: readonly StepEvent[];
  readonly buckets: readonly BucketsEvent[];
}

/** Far more points than a chart has pixels. */
const mostSteps = 2 ** 15;
/** Fewer, since each holds hundreds of numbers. */
const mostBuckets = 2 ** 12;

/** Reads the curves of each training stage from a run's event log, in bounded memory. */
export async function readTrainingCurves(run: string): Promise<Map<string, TrainingCurves>> {
  const gathered = new GatheredCurves();
  for await (const {events} of runEventPieces(run, ['step', 'buckets'])) events.forEach(gathered.add);
  return gathered.curves();
}

/** The same from events in memory. */
export function trainingCurves(events: readonly RunEvent[]): Map<string, TrainingCurves> {
  const gathered = new GatheredCurves();
  events.forEach(gathered.add);
  return gathered.curves();
}

/**
 * Gathers the curves of stages. A run that was killed resumes from its last checkpoint and logs the updates since then a second time, so later
 * entries replace earlier ones.
 */
class GatheredCurves {
  readonly #stages = new Map<string, {steps: ThinnedList<StepEvent>; buckets: ThinnedList<BucketsEvent>}>();

  readonly add = (event: RunEvent): void => {
    if (event.type !== 'step' && event.type !== 'buckets') return;
    const {steps, buckets} = this.#stages.get(event.stage) ?? {
      steps: new ThinnedList(mostSteps, meanStep),
      buckets: new ThinnedList(mostBuckets, summedBuckets),
    };
    this.#stages.set(event.stage, {steps, buckets});
    if (event.type === 'step') {
      steps.dropLast((step) => step.update >= event.update);
      steps.add(event);
    } else {
      buckets.dropLast((bucket) => bucket.to > event.from);
      buckets.add(event);
    }
  };

  curves(): Map<string, TrainingCurves> {
    const all = [...this.#stages];
    return new Map(all.map(([stage, {steps, buckets}]) => [stage, {steps: steps.all(), buckets: buckets.all()}]));
  }
}

function meanStep(first: StepEvent, second: StepEvent): StepEvent {
  const mean = (term: LossTerm) => {
    const total = plus(first.losses[term], second.losses[term]);
    return total === null ? null : total / 2;
  };
  return {...second, losses: byLossTerm(mean)};
}

function summedBuckets(first: BucketsEvent, second: BucketsEvent): BucketsEvent {
  const sums = (term: LossTerm) => second.losses[term]?.map((value, i) => plus(first.losses[term]?.[i], value)) ?? [];
  return {
    ...second,
    from: first.from,
    count: second.count.map((draws, i) => draws + (first.count[i] ?? 0)),
    losses: byLossTerm(sums),
  };
}

/** Null, a gap, if either value was not finite or not measured. */
function plus(a: number | null = null, b: number | null = null): number | null {
  return a === null || b === null ? null : a + b;
}

/**
 * Mean denoising loss of each timestep bucket over the second half of a training, at the middle of the bucket. A bucket without draws
 * is a gap.
 */
export function lossPerTimestep(events: readonly BucketsEvent[], timesteps: number): CurvePoint[] {
  const half = (events.at(-1)?.to ?? 0) / 2;
  const late = events.filter(({to}) => to > half);
  const buckets = late[0]?.count.length ?? 0;
  return Array.from({length: buckets}, (_, bucket) => {
    const count = sum(late.map((event) => event.count[bucket] ?? 0));
    const loss = sum(late.map((event) => event.losses.denoise?.[bucket] ?? NaN));
    return [((bucket + 0.5) * timesteps) / buckets, count > 0 && Number.isFinite(loss) ? loss / count : null];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
