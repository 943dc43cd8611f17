import {
  cosineOf,
  type Cosines,
  type Division,
  type GradientConflict,
} from '../contract/run/measured/gradientConflict.ts';
import {rangeMeans, rangeNumbers} from '../contract/run/measured/rangeMeans.ts';
import {equalEdges} from '../contract/config/rangeEdges.ts';
import {rangesFromEdges} from './timesteps.ts';

/** A range of one measured timestep has no pair, so its mean would say nothing. */
const shortest = 2;
/** Of the conflict of a single range, 1 - within, what one more range must take off to be worth another expert. */
const leastGain = 0.05;

/**
 * Timestep ranges from the cosines of gradients, for one range, two and so on up to `most`: equal ones, and those with the highest `within` of
 * `rangeMeans`, each of at least two measured timesteps. The suggested number of ranges is the first after which one more would raise `within`
 * by no more than 5 % of the conflict that a single range has (1 - within).
 *
 * @param timesteps the measured ones, each in the middle of an equal part of [0, trainTimesteps); edges lie between such parts
 */
export function proposeRanges(
  cosines: Cosines,
  timesteps: readonly number[],
  trainTimesteps: number,
  most: number,
): Pick<GradientConflict, 'proposals' | 'suggested'> {
  const measured = timesteps.length;
  const division = (edges: number[]): Division => {
    const {within, across} = rangeMeans(cosines, rangeNumbers(timesteps, rangesFromEdges(edges, trainTimesteps)));
    return {edges, within, across};
  };
  const proposals = bestCuts(cosines, Math.min(most, Math.floor(measured / shortest))).map((cuts) => ({
    equal: division(equalEdges(cuts.length - 1, trainTimesteps)),
    best: division(cuts.map((cut) => Math.floor((cut * trainTimesteps) / measured))),
  }));
  return {proposals, suggested: suggestedCount(proposals.map(({best}) => best.within ?? 0))};
}

/**
 * For each number of ranges from 1 to `most` the cuts 0 = c_0 < c_1 < ... = n between n measured timesteps that maximise the sum over the ranges of
 * (sum of the cosines of ordered pairs in the range) / (its length - 1), which is n times `within` of `rangeMeans`; a pair without a cosine counts
 * as 0. By dynamic programming over the last cut: O(most n²).
 */
export function bestCuts(cosines: Cosines, most: number): number[][] {
  const n = cosines.length;
  const gain = gains(cosines);
  let best = Array.from({length: n + 1}, (_, end) => (end < shortest ? -Infinity : gain(0, end)));
  /** [range][end] Where the last of so many ranges that end there begins. */
  const begins: number[][] = [best.map(() => 0)];
  for (let count = 2; count <= most; count++) {
    const found = best.map((_, end) => lastCut(best, gain, count, end));
    begins.push(found.map(({cut}) => cut));
    best = found.map(({value}) => value);
  }
  return begins.map((_, last) => {
    const cuts = [n];
    for (let range = last; range >= 0; range--) cuts.unshift(begins[range]?.[cuts[0] ?? 0] ?? 0);
    return cuts;
  });
}

/** The best place for the last of `count` ranges that end at `end` to begin, given the best values of one range less. */
function lastCut(
  best: readonly number[],
  gain: (from: number, to: number) => number,
  count: number,
  end: number,
): {value: number; cut: number} {
  let found = {value: -Infinity, cut: 0};
  for (let cut = shortest * (count - 1); cut <= end - shortest; cut++) {
    const value = (best[cut] ?? NaN) + gain(cut, end);
    if (value > found.value) found = {value, cut};
  }
  return found;
}

/** What a range [from, to) of measured timesteps adds to the sum. */
function gains(cosines: Cosines): (from: number, to: number) => number {
  const n = cosines.length;
  /** [i][j] Sum of the cosines of all pairs with one timestep before i and the other before j. */
  const sums = Array.from({length: n + 1}, () => new Float64Array(n + 1));
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) {
      row += cosineOf(cosines, i, j) ?? 0;
      sums[i + 1]![j + 1] = (sums[i]?.[j + 1] ?? 0) + row;
    }
  }
  const at = (i: number, j: number) => sums[i]?.[j] ?? NaN;
  return (from, to) => (at(to, to) - at(from, to) - at(to, from) + at(from, from)) / (to - from - 1);
}

/** @param within the mean cosine within one range, two and so on */
function suggestedCount(within: readonly number[]): number {
  const needed = leastGain * (1 - (within[0] ?? 1));
  const last = within.findIndex((value, i) => (within[i + 1] ?? value) - value <= needed);
  return 1 + last;
}
