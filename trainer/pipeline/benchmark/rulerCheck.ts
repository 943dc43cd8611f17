import type {RulerCheck} from '../../contract/benchmark/benchmarkResult.ts';
import {featureFileNames, featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {frechetDistance, type Gaussian} from '../../evaluate/frechet.ts';
import {readStatistics} from '../../evaluate/statisticsFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openFeatures} from '../stages/featureFile.ts';

/** Rounding of a distance that is 0, as a share of the total variance. */
const rounding = 1e-6;

/**
 * Checks what a run is going to measure with, by each network: the reference against itself must be at distance 0, and its two halves at a
 * small one above 0. Throws a UserError otherwise.
 */
export async function checkRuler(run: string, features?: EvaluateConfig['features']): Promise<RulerCheck[]> {
  const files = featureFileNames(features);
  const checks: RulerCheck[] = [];
  for (const [i, network] of featureNames(features).entries()) {
    const file = runPaths.features(run, 'reference', files[i]);
    const statistics = await readStatistics(runPaths.statistics(run, 'reference', files[i]));
    if (!(await fileExists(file))) {
      checks.push(checkReference({network, statistics, features: null}, file));
      continue;
    }
    const rows = await openFeatures(file);
    try {
      checks.push(checkReference({network, statistics, features: rows}, file));
    } finally {
      await rows.close();
    }
  }
  return checks;
}

/** What a network made of the reference images. */
export interface Reference {
  readonly network: string;
  readonly statistics: Gaussian & {readonly count?: number};
  /** Null where only statistics were kept. */
  readonly features: FeatureRows | null;
}

/** Checks the reference of one network, which lies at `where`. */
export function checkReference({network, statistics, features}: Reference, where: string): RulerCheck {
  const total = 2 * trace(statistics);
  const refuse = (what: string): never => {
    throw new UserError('ruler-wrong', `The ruler of this benchmark is wrong, so nothing is measured: ${what}.`, {
      where,
      hint: `Check the reference images and the weights of ${network}.`,
    });
  };
  if (!(total > 0)) refuse(`${network} sees no difference between any two of the reference images`);
  const self = frechetDistance(statistics, statistics);
  if (!(Math.abs(self) <= rounding * total)) refuse(`the reference is at distance ${self} from itself, not 0`);
  if (features === null) return {network, images: statistics.count ?? null, self, split: null};
  const split = frechetDistance(statisticsOf(everyOther(features, 0)), statisticsOf(everyOther(features, 1)));
  if (!(split > rounding * total))
    refuse(`its two halves are at distance ${split}; there are copies among the reference images`);
  // Those of one set are above 0 by about dimension / images of `total`. A few images in many dimensions have nothing in common, and means that
  // are apart by chance: 1 + 2 / images of it.
  const {count, dimension} = features;
  const limit = total * Math.min(1 + 16 / count, 0.1 + dimension / (count / 2));
  if (!(split < limit)) refuse(`its two halves are at distance ${split}, above ${limit}`);
  return {network, images: features.count, self, split};
}

function trace({mean, covariance}: Gaussian): number {
  return mean.reduce((sum, _, i) => sum + (covariance[i * (mean.length + 1)] ?? NaN), 0);
}

/** Each second row, from `first` on. */
function everyOther({count, dimension, rows}: FeatureRows, first: 0 | 1): FeatureRows {
  return {
    count: Math.ceil((count - first) / 2),
    dimension,
    rows: (numbers) => rows(Array.from(numbers, (number) => 2 * number + first)),
  };
}
