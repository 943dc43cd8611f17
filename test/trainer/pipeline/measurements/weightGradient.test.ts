import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {heldOutBatch} from '../../../../trainer/evaluate/heldOut.ts';
import {meanLoss} from '../../../../trainer/evaluate/heldOutSummary.ts';
import {mergeAt, WeightGradient} from '../../../../trainer/pipeline/measurements/weightGradient.ts';
import {mergeLosses} from '../../../../trainer/pipeline/search/checkSearch.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {disposeBatches} from '../../../../trainer/train/batches/batchReader.ts';
import {searchedRun} from '../search/searchedRun.ts';

describe('the gradient with respect to merge weights', {timeout: 120_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('is that of finite differences of the held-out loss, for each expert and tensor', async () => {
    const run = await searchedRun({});
    const lab = await openMergeLab(await run.context());
    const heldOut = await lab.heldOut({part: 'validation', images: 6, timesteps: 1, seed: 0});
    // Two ranges with six draws each, in batches of four.
    const batch = (first: number) =>
      heldOutBatch(
        heldOut,
        [0, 1, 2, 3].map((i) => first + i),
      );
    const {base, vectors, model} = lab;
    const {denoiser, schedule} = model;
    const example = batch(0);
    const gradient = new WeightGradient({denoiser, schedule}, base, vectors, example);
    disposeBatches([example]);
    const random = createRandom(1, 'weights');
    const weights = Array.from({length: 2 * base.size}, () => 0.5 * random.float());
    const slopes = await gradient.at(weights, [0, 4, 8].map(batch));
    expect(slopes).toHaveLength(weights.length);

    const step = 0.02;
    const lossAt = async (at: readonly number[]) =>
      meanLoss(await mergeLosses(lab, heldOut, mergeAt(base, vectors, at)));
    const slopeAlong = async (direction: readonly number[]) => {
      const [plus = NaN, minus = NaN] = [
        await lossAt(weights.map((weight, k) => weight + step * (direction[k] ?? 0))),
        await lossAt(weights.map((weight, k) => weight - step * (direction[k] ?? 0))),
      ];
      return (plus - minus) / (2 * step);
    };
    // The largest, whose differences stand out of float32's rounding, and a direction that all of them are in.
    const largest = slopes.map((_, k) => k).sort((a, b) => Math.abs(slopes[b]!) - Math.abs(slopes[a]!));
    for (const k of largest.slice(0, 6)) {
      const slope = await slopeAlong(weights.map((_, i) => (i === k ? 1 : 0)));
      expect(Math.abs(slope / slopes[k]! - 1), `number ${k}`).toBeLessThan(0.03);
    }
    const norm = Math.sqrt(slopes.reduce((sum, value) => sum + value ** 2, 0));
    const along = await slopeAlong(slopes.map((value) => value / norm));
    expect(Math.abs(along / norm - 1)).toBeLessThan(0.01);
    gradient.dispose();
    lab.dispose();
  });
});
