import type {TimeLeft} from '../../../contract/timeLeft.ts';

/** In that share of the time left most of a change is taken over: near the end there is none for a slow one. */
const inertia = 0.05;
/** Milliseconds between which that lies. */
const [shortest, longest] = [2000, 60_000];
/** A change by that share is no noise, and is taken over at once. */
const jump = 0.5;

/** Keeps an estimate that is made anew every few seconds from jumping: what moves slowly is the moment of the end. */
export class SteadyLeft {
  #last: {readonly left: TimeLeft; readonly now: number} | null = null;

  /** `now` in milliseconds. */
  next(left: TimeLeft | null, now: number): TimeLeft | null {
    const last = this.#last;
    // The clock on the wall may have been set back meanwhile.
    const shown = left !== null && last !== null ? smoothed(last.left, left, Math.max(0, now - last.now)) : left;
    this.#last = shown && {left: shown, now};
    return shown;
  }
}

function smoothed(last: TimeLeft, left: TimeLeft, passed: number): TimeLeft {
  const expected = last.seconds - passed / 1000;
  if (left.seconds === 0 || Math.abs(left.seconds - expected) > jump * Math.max(left.seconds, expected)) return left;
  // Where little is known, a change is news and no noise.
  const certainty = left.seconds / Math.max(left.seconds, left.high - left.low);
  const slow = Math.min(longest, Math.max(shortest, 1000 * inertia * left.seconds * certainty ** 2));
  const share = 1 - Math.exp(-passed / slow);
  const between = (key: keyof TimeLeft) => {
    const before = last[key] - passed / 1000;
    return Math.max(0, before + share * (left[key] - before));
  };
  return {seconds: between('seconds'), low: between('low'), high: between('high')};
}
