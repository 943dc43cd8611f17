import type {DistanceTest} from '../../contract/run/report.ts';
import {estimate, type Estimate} from '../../contract/scores/estimate.ts';
import type {DistanceTo} from './distances.ts';
import type {MergeImages, NamedMerge} from './mergeImages.ts';

/** A model whose images are tested. */
export interface TestedModel {
  readonly model: string;
  readonly merge: NamedMerge;
  /** Whether the search has found it, rather than what it has to beat. */
  readonly isFound: boolean;
}

export interface DistanceTestRequest {
  /** The base first; of those that were found, the last is the result. */
  readonly models: readonly TestedModel[];
  readonly seeds: readonly number[];
  readonly samples: number;
  readonly images: MergeImages;
  /** Number of test images. */
  readonly reference: number;
  readonly toTest: DistanceTo;
  readonly toTraining: DistanceTo;
}

/**
 * Draws images of each model from noise that the search has not seen, and compares them with test images, which it has not seen either. All models have
 * the same noise, so that their differences are paired by seed. Models whose images are not finite numbers are left out.
 */
export async function testDistances(request: DistanceTestRequest): Promise<DistanceTest> {
  const {models, seeds, samples, images, reference, toTest, toTraining} = request;
  const measured: MeasuredModel[] = [];
  for (const {model, merge, isFound} of models) {
    const distances: number[] = [];
    const training: number[] = [];
    for (const seed of seeds) {
      const features = await images.features(merge, samples, seed);
      distances.push(await toTest(features));
      training.push(await toTraining(features));
    }
    measured.push({model, isFound, distances, toTraining: training});
  }
  const finite = measured.filter(({distances}) => distances.every(Number.isFinite));
  const [base] = finite;
  if (base?.model !== 'base') throw new Error('the base of a search has a distance');
  return {
    seeds: [...seeds],
    samples,
    reference,
    models: finite.map(({model, distances, toTraining: training}) => ({
      model,
      distances,
      distance: estimate(distances),
      differenceToBase: difference(distances, base.distances),
      toTraining: estimate(training),
    })),
    verdict: verdict(finite),
  };
}

interface MeasuredModel extends Pick<TestedModel, 'model' | 'isFound'> {
  /** With each seed. */
  readonly distances: number[];
  readonly toTraining: number[];
}

/** The result of the search against the best of what it has to beat, which is the base where nothing else is better. */
function verdict(models: readonly MeasuredModel[]): DistanceTest['verdict'] {
  const result = models.findLast(({isFound}) => isFound);
  const [first, ...rivals] = models.filter(({isFound}) => !isFound);
  if (first === undefined || result === undefined) throw new Error('a test has a result and the base');
  const best = rivals.reduce((best, next) => (mean(next) < mean(best) ? next : best), first);
  return {
    model: result.model,
    against: best.model,
    difference: difference(result.distances, best.distances),
  };
}

function difference(a: readonly number[], b: readonly number[]): Estimate {
  return estimate(a.map((value, i) => value - (b[i] ?? NaN)));
}

function mean({distances}: MeasuredModel): number {
  return estimate(distances).mean;
}
