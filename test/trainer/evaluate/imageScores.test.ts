import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {clipScore, rowCosines} from '../../../trainer/evaluate/clipScore.ts';
import {cmmd} from '../../../trainer/evaluate/cmmd.ts';
import {featureRows, type FeatureSet} from '../../../trainer/evaluate/featureRows.ts';
import {streamedStatistics} from '../../../trainer/evaluate/featureStatistics.ts';
import {frechetDistance} from '../../../trainer/evaluate/frechet.ts';
import {inceptionScore} from '../../../trainer/evaluate/inceptionScore.ts';
import {NumpyRandom} from '../../../trainer/evaluate/numpyRandom.ts';
import {manifoldOf, precisionRecall} from '../../../trainer/evaluate/precisionRecall.ts';
import {subsetKid} from '../../../trainer/evaluate/subsetKid.ts';
import {createRandom} from '../../../trainer/random.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {goldenSdArray, goldenSdFolder} from '../../helpers/golden/goldenSd.ts';

interface Golden {
  readonly from_features: Record<string, number> & {
    readonly kid_20x100_seed2020: [number, number];
    readonly isc_10_splits_seed2020: [number, number];
    readonly isc_5_splits_unshuffled: [number, number];
    readonly prc_k3: {precision: number; recall: number; f_score: number};
    readonly prc_k5: {precision: number; recall: number; f_score: number};
  };
  readonly clip_gelu: Record<'bk_sdm_clip_score' | 'torchmetrics_formula' | 'clipscore_paper_formula', number>;
}
const golden = JSON.parse(readFileSync(goldenSdFolder('metrics/metrics.json'), 'utf8')) as Golden;

async function features(name: string): Promise<FeatureSet> {
  const {values, shape} = await goldenSdArray('metrics', name);
  return {values, count: shape[0] ?? 0, dimension: shape[1] ?? 0};
}

/** The same rows many times over, so that products are made on the engine. */
function repeated({values, count, dimension}: FeatureSet, times: number, extra: number): FeatureSet {
  const wide = new Float32Array(count * dimension * extra);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < dimension; i++) wide[row * dimension * extra + i] = values[row * dimension + i] ?? 0;
  const all = new Float32Array(wide.length * times);
  for (let i = 0; i < times; i++) all.set(wide, i * wide.length);
  return {values: all, count: count * times, dimension: dimension * extra};
}

function near(actual: number, expected: number | undefined, relative: number): void {
  expect(Math.abs(actual / (expected ?? NaN) - 1)).toBeLessThan(relative);
}

describe("NumPy's generator", () => {
  it('draws the subsets of torch-fidelity', async () => {
    const random = new NumpyRandom(2020);
    const [a, b] = [
      await goldenSdArray('metrics', 'kid.indices_a_first'),
      await goldenSdArray('metrics', 'kid.indices_b_first'),
    ];
    expect([...random.choice(300, 100)]).toEqual([...a.values]);
    expect([...random.choice(260, 100)]).toEqual([...b.values]);
    const order = await goldenSdArray('metrics', 'isc.permutation_seed2020');
    expect([...new NumpyRandom(2020).permutation(203)]).toEqual([...order.values]);
  });
});

describe('scores of given features', () => {
  it('are the Fréchet distances of pytorch-fid, with full rank and without', async () => {
    const [a, b, few] = [
      await features('features.a'),
      await features('features.b'),
      await features('features.rank_deficient'),
    ];
    const distance = (x: FeatureSet, y: FeatureSet) =>
      frechetDistance(streamedStatistics([x]), streamedStatistics([y]));
    near(distance(a, b), golden.from_features.pytorch_fid_a_b, 1e-7);
    near(distance(a, few), golden.from_features.pytorch_fid_a_rank_deficient, 1e-7);
    near(distance(few, a), golden.from_features.pytorch_fid_a_rank_deficient, 1e-7);
  });

  it('are the KID of torch-fidelity', async () => {
    const {mean, deviation} = await subsetKid(
      featureRows(await features('features.a')),
      featureRows(await features('features.b')),
      {
        subsets: 20,
        subsetSize: 100,
      },
    );
    near(mean, golden.from_features.kid_20x100_seed2020[0], 1e-8);
    near(deviation, golden.from_features.kid_20x100_seed2020[1], 1e-8);
  });

  it('refuse subsets larger than a set', async () => {
    const rows = featureRows(await features('features.b'));
    await expect(subsetKid(rows, rows)).rejects.toMatchObject({code: 'kid-subset-size'});
  });

  it('are the inception score of torch-fidelity, and of splits as they come', async () => {
    const logits = featureRows(await features('isc.logits'));
    const {isc_10_splits_seed2020: shuffled, isc_5_splits_unshuffled: plain} = golden.from_features;
    near(inceptionScore(logits).mean, shuffled[0], 1e-7);
    near(inceptionScore(logits).deviation, shuffled[1], 1e-7);
    near(inceptionScore(logits, {splits: 5, seed: null}).mean, plain[0], 1e-7);
    near(inceptionScore(logits, {splits: 5, seed: null}).deviation, plain[1], 1e-7);
  });

  it.each([3, 5] as const)('are the precision and recall of torch-fidelity with %i neighbours', async (k) => {
    const [generated, real] = [featureRows(await features('prc.generated')), featureRows(await features('prc.real'))];
    const {precision, recall, fScore} = await precisionRecall(generated, await manifoldOf(real, k));
    const expected = golden.from_features[`prc_k${k}`];
    near(precision, expected.precision, 1e-6);
    near(recall, expected.recall, 1e-6);
    near(fScore, expected.f_score, 1e-6);
  });

  it('are the precision and recall of their definition for more images than are compared at once', async () => {
    const random = createRandom(1, 'precision');
    const points = (count: number, width: number) =>
      Float64Array.from({length: 2 * count}, () => width * random.normal());
    const [generated, real] = [points(2100, 1), points(2600, 1.5)];
    const {precision, recall} = await precisionRecall(pairs(generated), await manifoldOf(pairs(real)));
    expect(precision).toBe(shareWithinReach(generated, real, 3));
    expect(recall).toBe(shareWithinReach(real, generated, 3));
  });

  it('are the three CLIP scores', async () => {
    const [images, texts] = [await features('clip.gelu.image_features'), await features('clip.gelu.text_features')];
    const score = clipScore(rowCosines(images, texts));
    near(score.meanCosine, golden.clip_gelu.bk_sdm_clip_score, 1e-5);
    near(score.torchmetrics, golden.clip_gelu.torchmetrics_formula, 1e-5);
    near(score.clipScorePaper, golden.clip_gelu.clipscore_paper_formula, 1e-5);
  });

  it('are the CMMD of its definition', async () => {
    // Unit vectors at right angles: |x - y|^2 = 2 between the sets, 0 within.
    const one = featureRows({values: Float32Array.of(3, 0), count: 1, dimension: 2});
    const other = featureRows({values: Float32Array.of(0, 5), count: 1, dimension: 2});
    expect(await cmmd(one, other)).toBeCloseTo(2000 * (1 - Math.exp(-0.01)), 9);
    expect(await cmmd(one, one)).toBe(0);
  });
});

describeOnEngines('scores of many features', () => {
  it('are the same by products of the engine', async () => {
    const [a, b] = [await features('features.a'), await features('features.b')];
    const [wideA, wideB] = [featureRows(repeated(a, 4, 4)), featureRows(repeated(b, 4, 4))];
    const [narrowA, narrowB] = [featureRows(repeated(a, 4, 1)), featureRows(repeated(b, 4, 1))];
    // 1200 x 1040 x 192 products against a quarter of that.
    const [many, few] = [
      await precisionRecall(wideA, await manifoldOf(wideB, 9)),
      await precisionRecall(narrowA, await manifoldOf(narrowB, 9)),
    ];
    expect(many).toEqual(few);
    near(await cmmd(wideA, wideB), await cmmd(narrowA, narrowB), 1e-4);
  });
});

const pairs = (values: Float64Array) => featureRows({values, count: values.length / 2, dimension: 2});

/** Share of points of the plane that are no further from some other than the `k`-th nearest neighbour of that one. */
function shareWithinReach(points: Float64Array, others: Float64Array, k: number): number {
  const squared = (a: Float64Array, i: number, b: Float64Array, j: number) =>
    (a[2 * i]! - b[2 * j]!) ** 2 + (a[2 * i + 1]! - b[2 * j + 1]!) ** 2;
  const count = others.length / 2;
  const reach = Array.from({length: count}, (_, i) => {
    const distances = Float64Array.from({length: count}, (_, j) => squared(others, i, others, j));
    return distances.sort()[k]!;
  });
  const isWithin = (i: number) => reach.some((distance, j) => squared(points, i, others, j) <= distance);
  const numbers = Array.from({length: points.length / 2}, (_, i) => i);
  return numbers.filter(isWithin).length / numbers.length;
}
