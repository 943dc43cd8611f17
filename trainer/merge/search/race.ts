/** A candidate with the last that a race has measured of it: lower is better, and what is not a finite number comes last. */
export type Raced<Candidate> = Candidate & {
  readonly value: number;
  /** Images that this is of. */
  readonly images: number;
};

/** Measures a candidate by its first `images` images. */
export type MeasureByImages<Candidate> = (candidate: Candidate, images: number) => Promise<number>;

/** Images that a candidate has in each round: `first`, then twice as many each time, at last `samples`, rounded up to a multiple of `first`. */
export function raceRounds({first, samples}: {readonly first: number; readonly samples: number}): number[] {
  const last = Math.ceil(samples / first) * first;
  const rounds: number[] = [];
  for (let images = first; images < last; images *= 2) rounds.push(images);
  return [...rounds, last];
}

/**
 * Successive halving (Jamieson and Talwalkar 2016): all candidates are measured by few images, the better half by twice as many, and so on. All
 * have the same noise, so that a comparison is a paired one: what the noise adds to all of them cancels.
 *
 * Returns them best first: those of the last round by what it measured, behind them those that left the race, the later the better.
 */
export async function race<Candidate extends object>(
  candidates: readonly Candidate[],
  rounds: readonly number[],
  measure: MeasureByImages<Candidate>,
): Promise<Raced<Candidate>[]> {
  let left: readonly Candidate[] = candidates;
  let ranked: Raced<Candidate>[] = [];
  for (const [round, images] of rounds.entries()) {
    const measured: Raced<Candidate>[] = [];
    for (const candidate of left) measured.push({...candidate, images, value: await measure(candidate, images)});
    measured.sort((a, b) => compare(a.value, b.value));
    ranked = [...measured, ...ranked.slice(measured.length)];
    left = measured.slice(0, entrants(candidates.length, round + 1));
  }
  return ranked;
}

/** Images that a race of so many candidates draws. */
export function raceImages(candidates: number, rounds: readonly number[]): number {
  return rounds.reduce(
    (sum, images, round) => sum + entrants(candidates, round) * (images - (rounds[round - 1] ?? 0)),
    0,
  );
}

/** How many candidates take part in a round, counted from 0. */
function entrants(candidates: number, round: number): number {
  return Math.ceil(candidates / 2 ** round);
}

function compare(a: number, b: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number(!Number.isFinite(a)) - Number(!Number.isFinite(b));
  return a - b;
}
