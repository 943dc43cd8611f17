import {describe, expect, it} from 'vitest';
import {featureRows, type FeatureSet} from '../../../../trainer/evaluate/featureRows.ts';
import {statisticsOf} from '../../../../trainer/evaluate/featureStatistics.ts';
import {checkReference} from '../../../../trainer/pipeline/benchmark/rulerCheck.ts';
import {createRandom} from '../../../../trainer/random.ts';

const dimension = 3;

function normals(count: number, dimension = 3): FeatureSet {
  const values = createRandom(1, 'ruler').fillNormal(new Float32Array(count * dimension));
  return {values, count, dimension};
}

function check(set: FeatureSet, measured = set) {
  const features = featureRows(set);
  return checkReference({network: 'digits', statistics: statisticsOf(featureRows(measured)), features}, 'reference');
}

/** `each(i)` for each feature of image i. */
function made(count: number, each: (image: number, feature: number) => number): FeatureSet {
  const values = Float64Array.from({length: count * dimension}, (_, i) =>
    each(Math.floor(i / dimension), i % dimension),
  );
  return {values, count, dimension};
}

describe('the check of the ruler', () => {
  it('finds 0 from the reference to itself, and little between its halves', () => {
    const {self, split, images} = check(normals(400));
    expect(images).toBe(400);
    expect(Math.abs(self)).toBeLessThan(1e-9);
    expect(split).toBeGreaterThan(0);
    expect(split).toBeLessThan(0.1);
  });

  it('lets a few images in many dimensions be as far apart as they must be', () => {
    // 2 tr S (1 + 2 / 16), less what the halves have in common.
    const {split} = check(normals(16, 1000));
    expect(split).toBeGreaterThan(2 * 1000);
    expect(split).toBeLessThan(2.25 * 1000);
  });

  it('takes every other image for a half', () => {
    // Halves at 0 and 10 in each feature, with the same covariances: 3 x 10^2.
    const alternate = made(40, (image) => 10 * (image % 2) + (Math.floor(image / 2) % 2));
    expect(() => check(alternate)).toThrow('its two halves are at distance 300');
  });

  it.each([
    ['a network that sees no difference', made(8, () => 0.3), 'sees no difference between any two'],
    ['features that are not finite', made(8, (image) => image / 0), 'sees no difference between any two'],
    ['each image twice', made(8, (image, i) => Math.sin(3 * Math.floor(image / 2) + i)), 'there are copies'],
  ])('refuses %s', (_, set, message) => {
    expect(() => check(set)).toThrow(expect.objectContaining({code: 'ruler-wrong'}));
    expect(() => check(set)).toThrow(message);
  });

  it('has no halves where only statistics were kept', () => {
    const statistics = {...statisticsOf(featureRows(normals(50))), count: 50};
    expect(checkReference({network: 'digits', statistics, features: null}, 'x')).toMatchObject({
      images: 50,
      split: null,
    });
    // As pytorch-fid writes them.
    const {mean, covariance} = statistics;
    expect(checkReference({network: 'digits', statistics: {mean, covariance}, features: null}, 'x').images).toBeNull();
  });
});
