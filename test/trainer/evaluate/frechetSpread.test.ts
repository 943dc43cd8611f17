import {describe, expect, it} from 'vitest';
import {featureRows, type FeatureRows} from '../../../trainer/evaluate/featureRows.ts';
import {statisticsOf} from '../../../trainer/evaluate/featureStatistics.ts';
import {frechetDistance, type Gaussian} from '../../../trainer/evaluate/frechet.ts';
import {
  frechetDraws,
  jackknifeError,
  pairedDifference,
  type FrechetDraws,
} from '../../../trainer/evaluate/frechetSpread.ts';
import {createRandom} from '../../../trainer/random.ts';

const dimension = 3;
const reference: Gaussian = {mean: Float64Array.of(1, 0, 0), covariance: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)};

/** Standard normal vectors; those of `shift` move the same vectors. */
function features(count: number, seed: number, shift = 0): FeatureRows {
  const values = createRandom(seed, 'vectors').fillNormal(new Float32Array(count * dimension));
  return featureRows({values: values.map((value, i) => value + (i % dimension === 0 ? shift : 0)), count, dimension});
}

async function drawsOf(rows: FeatureRows, between = () => Promise.resolve()): Promise<FrechetDraws> {
  const statistics = statisticsOf(rows);
  const distance = frechetDistance(statistics, reference);
  return (await frechetDraws(rows, {statistics, distance}, reference, between)) ?? expect.fail();
}

/** With n - 1 degrees of freedom. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

describe('the error of a Fréchet distance', () => {
  it('is, for means of all values but one, the standard error of the mean', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
    const sum = values.reduce((a, b) => a + b, 0);
    const without = values.map((value) => (sum - value) / 9);
    expect(jackknifeError(without)).toBeCloseTo(deviation(values) / Math.sqrt(10), 12);
  });

  it('is about how far distances of other images lie apart, and of paired ones less', async () => {
    const pairs: (readonly [FrechetDraws, FrechetDraws])[] = [];
    for (let seed = 0; seed < 150; seed++) {
      pairs.push([await drawsOf(features(200, seed)), await drawsOf(features(200, seed, 0.1))]);
    }
    const distances = pairs.map(([{bySize}]) => bySize.at(-1)?.distance ?? NaN);
    const meanSquare = (errors: readonly number[]) =>
      Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    const errors = pairs.map(([{without}]) => jackknifeError(without));
    const apart = deviation(distances);
    expect(Math.abs(meanSquare(errors) / apart - 1)).toBeLessThan(0.15);
    const differences = pairs.map(([a, b]) => pairedDifference(b, a));
    const between = deviation(differences.map(({mean}) => mean));
    expect(between).toBeLessThan(apart / 3);
    const paired = meanSquare(differences.map(({standardError}) => standardError));
    expect(Math.abs(paired / between - 1)).toBeLessThan(0.15);
  });

  it('comes from all images but a group, and with distances of ever more of them', async () => {
    let asked = 0;
    const rows = features(205, 1);
    const {without, bySize} = await drawsOf(rows, () => Promise.resolve(void asked++));
    expect(without).toHaveLength(10);
    expect(bySize.map(({images}) => images)).toEqual([20, 41, 102, 205]);
    expect(bySize.at(-1)?.distance).toBe(frechetDistance(statisticsOf(rows), reference));
    expect(asked).toBe(13);
    expect((await drawsOf(rows)).without).toEqual(without);
  });

  it.each([
    [19, 3],
    [100, 90],
  ])('is not known of %i images with %i features', async (count, size) => {
    const values = createRandom(1).fillNormal(new Float32Array(count * size));
    const rows = featureRows({values, count, dimension: size});
    const statistics = statisticsOf(rows);
    const all = {statistics, distance: 1};
    expect(await frechetDraws(rows, all, statistics, () => Promise.resolve())).toBe(null);
  });
});
