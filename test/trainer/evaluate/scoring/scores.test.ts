import {expect, it} from 'vitest';
import {featureRows} from '../../../../trainer/evaluate/featureRows.ts';
import {statisticsOf} from '../../../../trainer/evaluate/featureStatistics.ts';
import type {ScoredSet} from '../../../../trainer/evaluate/scoring/scoredSet.ts';
import {scoreSet} from '../../../../trainer/evaluate/scoring/scores.ts';
import {createRandom} from '../../../../trainer/random.ts';

const dimension = 4;

/** Standard normal features, `shift` from zero. */
function set(count: number, seed: number, shift = 0): ScoredSet {
  const values = createRandom(seed, 'features').fillNormal(new Float32Array(count * dimension));
  const features = featureRows({values: values.map((value) => value + shift), count, dimension});
  return {source: String(seed), network: null, count, features, logits: null, statistics: () => statisticsOf(features)};
}

it('gives an interval of the Fréchet distance in which that of as many other images lies 95 times of 100', async () => {
  // Statistics alone: scores that compare features take longer.
  const reference = {...set(4000, 1000), features: null};
  const settings = {bootstrap: 200};
  const sets = 60;
  const scored = [];
  for (let seed = 0; seed < sets; seed++) scored.push(await scoreSet(set(60, seed, 0.4), reference, settings, []));
  const distances = scored.map(({frechetDistance = NaN}) => frechetDistance);
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / sets;
  const deviation = Math.sqrt(distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / (sets - 1));
  const intervals = scored.map(({frechetInterval = [NaN, NaN]}) => frechetInterval);

  // 1.96 standard deviations on either side.
  const width = intervals.reduce((sum, [low, high]) => sum + high - low, 0) / sets;
  expect(Math.abs(width / (2 * 1.96 * deviation) - 1)).toBeLessThan(0.2);
  expect(intervals.every(([low, high], i) => low < (distances[i] as number) && (distances[i] as number) < high)).toBe(
    true,
  );
  // Of the mean over all sets: 95 % within some binomial deviations, which the percentiles of the draws themselves miss.
  const covered = intervals.filter(([low, high]) => low <= mean && mean <= high).length / sets;
  expect(covered).toBeGreaterThan(0.86);
});
