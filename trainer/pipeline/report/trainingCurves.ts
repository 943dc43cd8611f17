import type {RunEvent} from '../../contract/run/events.ts';
import type {CurvePoint} from './smoothCurve.ts';

type StepEvent = Extract<RunEvent, {type: 'step'}>;
type BucketsEvent = Extract<RunEvent, {type: 'buckets'}>;

/** What one training stage told about itself, by rising update. */
export interface TrainingCurves {
  readonly steps: StepEvent[];
  readonly buckets: BucketsEvent[];
}

/**
 * The curves of each stage that trained. A run that was killed goes on from its last checkpoint and tells the updates since then a
 * second time: what comes later in the log counts.
 */
export function trainingCurves(events: readonly RunEvent[]): Map<string, TrainingCurves> {
  const stages = new Map<string, TrainingCurves>();
  for (const event of events) {
    if (event.type !== 'step' && event.type !== 'buckets') continue;
    const {steps, buckets} = stages.get(event.stage) ?? {steps: [], buckets: []};
    stages.set(event.stage, {steps, buckets});
    if (event.type === 'step') replaceFrom(steps, event, (step) => step.update >= event.update);
    else replaceFrom(buckets, event, (bucket) => bucket.to > event.from);
  }
  return stages;
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

function replaceFrom<T>(events: T[], next: T, isStale: (event: T) => boolean): void {
  for (let last = events.at(-1); last !== undefined && isStale(last); last = events.at(-1)) events.pop();
  events.push(next);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
