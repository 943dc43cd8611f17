import type {TimeLeft} from '../../../contract/timeLeft.ts';

/** In that share of the time left most of a change is taken over: near the end there is none for a slow one. */
const inertia = 0.1;
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
    const shown = left !== null && last !== null ? smoothed(last.left, left, now - last.now) : left;
    this.#last = shown && {left: shown, now};
    return shown;
  }
}

function smoothed(last: TimeLeft, left: TimeLeft, passed: number): TimeLeft {
  const expected = last.seconds - passed / 1000;
  if (Math.abs(left.seconds - expected) > jump * Math.max(left.seconds, expected)) return left;
  const slow = Math.min(longest, Math.max(shortest, 1000 * inertia * left.seconds));
  const share = 1 - Math.exp(-passed / slow);
  const between = (key: keyof TimeLeft) => {
    const before = last[key] - passed / 1000;
    return Math.max(0, before + share * (left[key] - before));
  };
  return {seconds: between('seconds'), low: between('low'), high: between('high')};
}
