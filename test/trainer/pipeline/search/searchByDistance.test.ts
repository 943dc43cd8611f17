import {beforeAll, describe, expect, it} from 'vitest';
import {SearchResult} from '../../../../trainer/contract/run/report.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {estimate} from '../../../../trainer/contract/scores/estimate.ts';
import {meanLoss} from '../../../../trainer/evaluate/heldOutSummary.ts';
import {applyWeights} from '../../../../trainer/merge/blend.ts';
import {mergeLosses} from '../../../../trainer/pipeline/search/checkSearch.ts';
import {distancePlan, plannedImages} from '../../../../trainer/pipeline/search/distancePlan.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {searchCounts} from '../../../../trainer/pipeline/search/searchEffort.ts';
import {Stopped} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';
import {distanceRun, distancesAt, drawnImages, lastProgress, search} from './distanceRun.ts';

const race = {first: 16, samples: 32, sigma: 1, reference: 128};
const test = {samples: 16, seeds: [100, 101]};

describe('a search by distance', {timeout: 300_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('finds nearer images than a search by loss, and draws as many as it says', async () => {
    const run = await distanceRun({objective: 'frechet', budget: 12, race, test});
    const result = SearchResult.parse(await search(run));
    const {best, base, candidates, ordinary} = result;

    const {resolved} = await run.context();
    const planned = plannedImages(distancePlan(resolved.config) ?? expect.fail());
    const told = planned.search + planned.test;
    expect(await drawnImages(run)).toBe(told);
    expect(lastProgress(run)).toEqual({done: planned.search, total: planned.search});
    expect(lastProgress(run, searchCounts.testImages)).toEqual({done: planned.test, total: planned.test});
    expect(result.images).toBe(told);

    expect(best.loss).toBeLessThan(base);
    expect(best.images).toBe(32);
    expect(candidates[0]).toEqual({weights: [0, 0], loss: base, origin: 'base', images: 32});
    expect(ordinary?.best.weights).toHaveLength(1);
    expect(result.test?.models.map(({model}) => model)).toEqual([
      'base',
      'ones',
      'ordinary',
      'ordinary-scaled',
      'best',
    ]);
    const measured = run.events.filter(({type}) => type === 'candidate');
    expect(measured.length).toBeGreaterThanOrEqual(candidates.length);
    expect(measured[0]).toMatchObject({objective: 'frechet', images: 32, origin: 'base'});

    const {best: byLoss} = await search(await distanceRun({budget: 9, images: 16}));
    const [found = NaN, least = NaN, nothing] = await distancesAt(run, [best.weights, byLoss.weights, [0, 0]]);
    expect([found, nothing]).toEqual([best.loss, base]);
    expect(found).toBeLessThan(least);
  });

  it('goes on from what was measured and drawn, to the same result as one that was not disturbed', async () => {
    const few = {race: {...race, first: 8, samples: 16}, test: {...test, samples: 8}};
    const settings = {objective: 'kid', budget: 6, ...few, groups: {budget: 4}};
    const unbroken = await distanceRun(settings);
    const expected = SearchResult.parse(await search(unbroken));
    const broken = await distanceRun(settings);
    // In the reference, in a race of the experts, over the parts, and in the test.
    for (const stopAt of [1, 8, 9, 12]) await expect(search(broken, stopAt)).rejects.toThrow(Stopped);
    expect(await search(broken)).toEqual(expected);
    expect(await drawnImages(broken)).toBe(await drawnImages(unbroken));
    const measured = broken.events.filter(({type}) => type === 'candidate');
    expect(measured).toEqual(unbroken.events.filter(({type}) => type === 'candidate'));
    expect(expected.groups?.candidates).toHaveLength(4);
    expect(expected.test?.seeds).toEqual([100, 101]);
  });

  it('searches weights of checkpoints from those of the experts, and draws as many images as it says', async () => {
    const few = {race: {...race, first: 8, samples: 16}, test: {...test, samples: 8}};
    const settings = {objective: 'frechet', budget: 6, ...few, checkpoints: {last: 2, budget: 12, sigma: 0.5}};
    const run = await distanceRun(settings);
    const {best, checkpoints, images, ...result} = SearchResult.parse(await search(run));
    const planned = plannedImages(distancePlan((await run.context()).resolved.config) ?? expect.fail());
    // Where no weights are better than those of the experts alone, the test draws nothing by them.
    const untested = checkpoints?.weights.length === 0 ? 2 * 8 : 0;
    expect(images).toBe(planned.search + planned.test - untested);
    expect(await drawnImages(run)).toBe(images);
    expect(checkpoints?.candidates[0]).toMatchObject({weights: [...best.weights, 0, 0], loss: best.loss});
    expect(checkpoints?.loss).toBeLessThan(best.loss);
    expect(result.test?.models.at(-1)?.model).toBe('checkpoints');
    expect(result.test?.verdict.model).toBe('checkpoints');
    // Drawn anew, the snapshots without weights, it is what the plain search measures.
    expect(await distancesAt(run, [best.weights])).toEqual([best.loss]);
  });

  it('lets no candidate win whose loss is above that of the base by more than its standard error', async () => {
    const run = await distanceRun({objective: 'both', budget: 10, images: 16, timesteps: 1, race, test});
    const {best, refused = [], lossLimit = NaN, candidates, check, images = NaN, ...result} = await search(run);
    expect(refused.length).toBeGreaterThan(0);
    expect(candidates.length + refused.length).toBe(10);
    expect(best.loss).toBeLessThanOrEqual(result.base);
    expect(check?.models.map(({model}) => model)).toContain('best');
    const planned = plannedImages(distancePlan((await run.context()).resolved.config) ?? expect.fail());
    expect(images).toBeLessThan(planned.search + planned.test);
    expect(await drawnImages(run)).toBe(images);
    const lab = await openMergeLab(await run.context());
    const heldOut = await lab.heldOut({part: 'validation', images: 16, timesteps: 1, seed: 0});
    const lossAt = async (weights: readonly number[]) =>
      meanLoss(await mergeLosses(lab, heldOut, applyWeights(lab.base, lab.vectors, weights)));
    for (const {weights} of candidates) expect(await lossAt(weights)).toBeLessThanOrEqual(lossLimit);
    for (const {weights} of refused) expect(await lossAt(weights)).toBeGreaterThan(lossLimit);
    const base = await lab.losses(lab.base, heldOut);
    // Two ranges with a draw for each image: [2, 16].
    const byImage = Array.from({length: 16}, (_, image) => (base.values[image]! + base.values[16 + image]!) / 2);
    const {mean, standardError} = estimate(byImage);
    expect(lossLimit).toBeCloseTo(mean + standardError, 12);
    lab.dispose();
  });

  it('counts the images of its test once where models are the same', async () => {
    const few = {race: {...race, first: 8, samples: 8}, test: {...test, samples: 4}};
    const run = await distanceRun({objective: 'frechet', budget: 1, ...few, groups: {budget: 1}});
    const {best, test: result} = await search(run);
    // Nothing but the base was tried, of the experts and of the ordinary finetune: all that differs are base, ones and ordinary.
    expect(best.weights).toEqual([0, 0]);
    expect(result?.models).toHaveLength(5);
    expect(lastProgress(run, searchCounts.testImages)?.done).toBe(lastProgress(run, searchCounts.testImages)?.total);
  });

  it('leaves no tensors behind', async () => {
    const run = await distanceRun({
      objective: 'kid',
      budget: 2,
      race: {...race, samples: 16},
      test: {...test, samples: 4},
    });
    await expectNoLeak(async () => void (await search(run)));
  });
});
