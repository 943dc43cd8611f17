/** A share of some work that was done at a time. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** 0..1 */
  readonly share: number;
}

/** How fast some work proceeds: its newest samples, without those of the warm-up. */
export interface Pace {
  readonly samples: readonly Sample[];
  /** The newest sample, which may belong to the warm-up. */
  readonly last: Sample | null;
  /** Samples since the work began or started over. */
  readonly seen: number;
}

export const noPace: Pace = {samples: [], last: null, seen: 0};

/** The first ones include loading, compiling and filling caches: an estimate from them would be far too long. */
const warmUpSamples = 2;
const neededSamples = 3;
/** So many of the newest samples count. */
export const keptSamples = 40;
/** A gap that long, and that much longer than the others, was a pause. */
const pauseMilliseconds = 30_000;
const pauseFactor = 10;

/**
 * The pace after one more sample. Work that goes back (resumed from a checkpoint, or in its next phase) or was paused starts over, and so does all where the
 * clock on the wall was set back.
 */
export function addSample(pace: Pace, sample: Sample): Pace {
  const {last} = pace;
  const gap = last === null ? 0 : sample.time - last.time;
  if (gap < 0 && gap > -pauseMilliseconds) return pace;
  const isNew = last === null || gap < 0 || sample.share < last.share || isPause(pace, gap);
  if (isNew) return {samples: [], last: sample, seen: 1};
  const seen = pace.seen + 1;
  const samples = seen > warmUpSamples ? [...pace.samples, sample].slice(-keptSamples) : [];
  return {samples, last: sample, seen};
}

/** Seconds that are left; null as long as it cannot be estimated. */
export function secondsLeft(pace: Pace): number | null {
  const speed = sharePerSecond(pace);
  return speed === null || pace.last === null ? null : (1 - pace.last.share) / speed;
}

/** How much of the work is done in a second; null as long as it cannot be estimated. */
export function sharePerSecond({samples}: Pace): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < neededSamples) return null;
  const gained = last.share - first.share;
  return gained > 0 ? (1000 * gained) / (last.time - first.time) : null;
}

function isPause({samples}: Pace, gap: number): boolean {
  const [first, last] = [samples[0], samples.at(-1)];
  if (gap <= pauseMilliseconds || first === undefined || last === undefined || samples.length < 2) return false;
  return gap > (pauseFactor * (last.time - first.time)) / (samples.length - 1);
}
