import type {FrechetOfPart} from '../contract/scores/sampleScores.ts';
import type {Estimate} from '../contract/scores/estimate.ts';
import {createRandom, permutation} from '../random.ts';
import {chosenRows, type FeatureRows} from './featureRows.ts';
import {mergeStatistics, statisticsOf, withoutStatistics, type FeatureStatistics} from './featureStatistics.ts';
import {frechetDistance, type Gaussian} from './frechet.ts';

/** Groups of the jackknife. */
export const jackknifeGroups = 10;
/** Fewer images would make groups of one. */
const fewestImages = 2 * jackknifeGroups;
/** After so many groups the distance of the images so far is computed as well. */
const reported = [1, 2, 5];

/** How many distances `frechetDraws` computes. */
export const drawnDistances = jackknifeGroups + reported.length;

/** Fréchet distances of parts of some images to a reference. */
export interface FrechetDraws {
  /** Of all images but one group, for each group. */
  readonly without: readonly number[];
  /** Of ever more of the images, and of all. */
  readonly bySize: readonly FrechetOfPart[];
}

/**
 * The distances that tell how far that of all images is to be trusted. Groups are drawn by image number, so that those of two models drawn from the same
 * noise are pairs. Null for too few images: without a group there must be more than features, or covariances lose rank as well as images.
 *
 * @param all statistics of these features, and their distance
 * @param between called before each distance; throws to end
 */
export async function frechetDraws(
  features: FeatureRows,
  all: {readonly statistics: Gaussian; readonly distance: number},
  reference: Gaussian,
  between: () => Promise<void>,
): Promise<FrechetDraws | null> {
  const {count, dimension} = features;
  if (count < fewestImages || count - Math.ceil(count / jackknifeGroups) <= dimension) return null;
  const order = permutation(count, createRandom(0, 'score', 'order'));
  const endOf = (group: number) => Math.floor((group * count) / jackknifeGroups);
  const without: number[] = [];
  const bySize: FrechetOfPart[] = [];
  let soFar: FeatureStatistics | null = null;
  for (let group = 0; group < jackknifeGroups; group++) {
    await between();
    const part = statisticsOf(chosenRows(features, order.subarray(endOf(group), endOf(group + 1))));
    without.push(frechetDistance(withoutStatistics({...all.statistics, count}, part), reference));
    if (group >= Math.max(...reported)) continue;
    soFar = soFar === null ? part : mergeStatistics(soFar, part);
    if (!reported.includes(group + 1)) continue;
    await between();
    bySize.push({images: soFar.count, distance: frechetDistance(soFar, reference)});
  }
  bySize.push({images: count, distance: all.distance});
  return {without, bySize};
}

/**
 * Standard error by a jackknife that leaves out one of g groups at a time (Efron & Tibshirani 1993, eq. 11.5), which the bias of the distance, equal
 * for sets of one size, leaves alone:
 *
 *     sqrt((g - 1) / g sum (x_i - mean x)^2)
 */
export function jackknifeError(without: readonly number[]): number {
  const groups = without.length;
  const mean = without.reduce((sum, value) => sum + value, 0) / groups;
  return Math.sqrt(((groups - 1) / groups) * without.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}

/** The difference of two distances of images drawn from the same noise, with the error of that difference. */
export function pairedDifference(a: FrechetDraws, b: FrechetDraws): Estimate {
  const distance = ({bySize}: FrechetDraws) => bySize.at(-1)?.distance ?? NaN;
  const without = a.without.map((value, i) => value - (b.without[i] ?? NaN));
  return {mean: distance(a) - distance(b), standardError: jackknifeError(without)};
}
