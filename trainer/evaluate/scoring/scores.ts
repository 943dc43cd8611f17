import {comparedNeighbours, mostCompared} from '../comparedImages.ts';
import {createRandom, permutation} from '../../random.ts';
import {cmmd} from '../cmmd.ts';
import {chosenRows} from '../featureRows.ts';
import {statisticsOf} from '../featureStatistics.ts';
import {frechetDistance} from '../frechet.ts';
import {frechetWarnings} from '../frechetWarnings.ts';
import {inceptionScore} from '../inceptionScore.ts';
import {manifoldOf, precisionRecall, type PrecisionRecall} from '../precisionRecall.ts';
import type {Spread} from '../spread.ts';
import {kidSubsetSize, subsetKid} from '../subsetKid.ts';
import {originOf, requireSameFeatures} from './sameFeatures.ts';
import type {ScoredSet} from './scoredSet.ts';

export interface ScoreSettings {
  readonly kidSubsets?: number;
  readonly kidSubsetSize?: number;
  readonly splits?: number;
  readonly neighbours?: number;
  /** Draws, with repetition, of as many images, for an interval of the Fréchet distance; 0 for none. */
  readonly bootstrap?: number;
  /** Numbers of images to give the Fréchet distance of as well. */
  readonly sizes?: readonly number[];
}

/** What can be said of one network's features. Left out: what needs something that is not there. */
export interface Scores {
  frechetDistance?: number;
  /** Where the distances of 95 of 100 such sets of as many images lie, by draws with repetition. */
  frechetInterval?: [low: number, high: number];
  /** Of the first images of one random order. */
  frechetBySize?: {images: number; frechetDistance: number}[];
  kid?: Spread & {subsets: number; subsetSize: number};
  precisionRecall?: PrecisionRecall & {neighbours: number};
  inceptionScore?: Spread & {splits: number};
  cmmd?: number;
}

/** All scores of a set, against a reference where there is one. `warnings` gets what one should know before comparing them with others. */
export async function scoreSet(
  set: ScoredSet,
  reference: ScoredSet | null,
  settings: ScoreSettings,
  warnings: string[],
): Promise<Scores> {
  const scores: Scores = {};
  if (set.logits) {
    const {splits = 10} = settings;
    const {count} = set.logits;
    if (count < splits)
      warnings.push(`The inception score of ${count} images has one split an image instead of ${splits}.`);
    scores.inceptionScore = {...inceptionScore(set.logits, {splits}), splits: Math.min(splits, count)};
  }
  if (reference === null) return scores;
  requireSameFeatures(originOf(set), originOf(reference));
  await addFrechet(scores, set, reference, settings, warnings);
  const [own, real] = [set.features, reference.features];
  if (own === null || real === null) return scores;
  const wanted = settings.kidSubsetSize ?? kidSubsetSize;
  const subsetSize = settings.kidSubsetSize ?? Math.min(wanted, own.count, real.count);
  if (subsetSize < wanted)
    warnings.push(`KID is over subsets of ${subsetSize} images instead of ${wanted}, since there are no more.`);
  const subsets = settings.kidSubsets ?? 100;
  scores.kid = {...(await subsetKid(own, real, {subsets, subsetSize})), subsets, subsetSize};
  const {neighbours = comparedNeighbours} = settings;
  if (own.count + real.count > mostCompared) {
    warnings.push(
      `Precision and recall are left out: they compare every image with every other, of ${mostCompared} together at most.`,
    );
  } else if (Math.min(own.count, real.count) > neighbours) {
    scores.precisionRecall = {...(await precisionRecall(own, await manifoldOf(real, neighbours))), neighbours};
  }
  if (set.network?.name === 'clip') scores.cmmd = await cmmd(own, real);
  return scores;
}

async function addFrechet(
  scores: Scores,
  set: ScoredSet,
  reference: ScoredSet,
  {bootstrap = 0, sizes = []}: ScoreSettings,
  warnings: string[],
): Promise<void> {
  if ((set.count ?? 2) < 2 || (reference.count ?? 2) < 2) {
    warnings.push('A Fréchet distance needs at least 2 images on either side.');
    return;
  }
  const real = reference.statistics();
  const own = set.statistics();
  const dimension = own.mean.length;
  warnings.push(
    ...frechetWarnings({samples: set.count ?? Infinity, reference: reference.count ?? Infinity, dimension}),
  );
  scores.frechetDistance = frechetDistance(own, real);
  if (set.features === null) return;
  const {features} = set;
  const order = permutation(features.count, createRandom(0, 'score', 'order'));
  const distanceOf = (numbers: ArrayLike<number>) => frechetDistance(statisticsOf(chosenRows(features, numbers)), real);
  const fitting = sizes.filter((size) => size >= 2 && size <= features.count);
  if (fitting.length > 0) {
    scores.frechetBySize = fitting.map((images) => ({
      images,
      frechetDistance: distanceOf(order.subarray(0, images)),
    }));
  }
  if (bootstrap > 0) scores.frechetInterval = interval(bootstrap, features.count, distanceOf, scores.frechetDistance);
}

/**
 * The middle 95 % of the distances of draws with repetition, moved to the distance of all. A draw holds fewer different images, which makes its
 * distance larger: the bias of the Fréchet distance a second time. Only how far draws lie apart says something.
 */
function interval(
  draws: number,
  count: number,
  distanceOf: (numbers: Uint32Array) => number,
  distance: number,
): [number, number] {
  const distances = Array.from({length: draws}, (_, draw) => {
    const random = createRandom(0, 'score', 'bootstrap', draw);
    return distanceOf(Uint32Array.from({length: count}, () => random.int(0, count)));
  }).sort((a, b) => a - b);
  const mean = distances.reduce((sum, each) => sum + each, 0) / draws;
  const at = (share: number) => distance + (distances[Math.round(share * (draws - 1))] ?? NaN) - mean;
  return [at(0.025), at(0.975)];
}
