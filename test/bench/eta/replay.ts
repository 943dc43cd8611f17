import type {TimeLeft} from '../../../trainer/contract/timeLeft.ts';
import {planStages} from '../../../trainer/pipeline/graph/stagePlan.ts';
import {StageClock} from '../../../trainer/pipeline/owner/time/stageClock.ts';
import {SteadyLeft} from '../../../trainer/pipeline/owner/time/steadyLeft.ts';
import {earlierOf, eventsOf, type RecordedRun} from './recordedRun.ts';

/** What the panel said at a moment of a run, and what was true. */
export interface Forecast {
  /** Of the whole time. */
  readonly share: number;
  readonly left: TimeLeft | null;
  /** Seconds that it still took. */
  readonly truth: number;
}

/** Seconds between two looks, as the owner of a run has them. */
const beat = 2;

/** Replays a run as its owner saw it, and takes the forecasts at these shares of its time. */
export function forecasts(run: RecordedRun, shares: readonly number[]): Forecast[] {
  const events = eventsOf(run);
  const total = (events.at(-1)?.time ?? 0) / 1000;
  const finished = new Set(run.finished);
  const stages = planStages(run.config).filter(
    ({name}) => finished.has(name) || events.some(({stage}) => stage === name),
  );
  const clock = new StageClock(stages, finished, run.parallel, earlierOf(run));
  const steady = new SteadyLeft();
  const made: Forecast[] = [];
  let next = 0;
  for (let seconds = 0; seconds <= total && made.length < shares.length; seconds += beat) {
    for (let event = events[next]; event && event.time <= 1000 * seconds; event = events[++next]) clock.add(event);
    const left = steady.next(clock.left(1000 * seconds), 1000 * seconds);
    const share = shares[made.length] ?? 1;
    if (seconds >= share * total) made.push({share, left, truth: total - seconds});
  }
  return made;
}
