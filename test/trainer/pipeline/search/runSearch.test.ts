import {beforeAll, describe, expect, it} from 'vitest';
import {SearchResult} from '../../../../trainer/contract/run/report.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {meanLoss, summariseHeldOut} from '../../../../trainer/evaluate/heldOutSummary.ts';
import {applyWeights, applyWeightsBy} from '../../../../trainer/merge/blend.ts';
import {unetPart} from '../../../../trainer/models/tensorPart.ts';
import {disposeParams} from '../../../../trainer/nn/params.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {runSearch} from '../../../../trainer/pipeline/search/runSearch.ts';
import {Stopped} from '../../../../trainer/pipeline/stages/stageContext.ts';
import type {StageContext} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';
import {writeTinyBase} from '../../../helpers/runs/tinyExperiment.ts';
import {searchedRun, type SearchedRun} from './searchedRun.ts';

function search(context: StageContext): Promise<SearchResult> {
  const config = context.resolved.config.merge?.search;
  if (config === undefined) throw new Error('the config has no search');
  return runSearch(context, config);
}

/** A run with two experts, each with a snapshot of update 1 of 2: random networks. */
async function snapshotRun(settings: object): Promise<SearchedRun> {
  const decouple = {ranges: 2, updates: 2, snapshots: {every: 1}};
  const run = await searchedRun(settings, {experts: undefined, decouple});
  for (const expert of [0, 1]) {
    await writeTinyBase(runPaths.model(run.run, `expert-${expert}`), expert + 2);
    await writeTinyBase(runPaths.snapshot(run.run, {expert, update: 1}), expert + 4);
  }
  return run;
}

describe('runSearch', {timeout: 120_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('goes on from what was measured, to the same result as one that was not disturbed', async () => {
    const settings = {strategy: 'cma-es', budget: 14, groups: {budget: 9}};
    const unbroken = await searchedRun(settings);
    const expected = SearchResult.parse(await search(await unbroken.context()));

    const broken = await searchedRun(settings);
    // In the first search, in that over the parts, and in the check.
    for (const stopAt of [5, 12, 3]) await expect(search(await broken.context(stopAt))).rejects.toThrow(Stopped);
    expect(await search(await broken.context())).toEqual(expected);
    const measured = broken.events.filter(({type}) => type === 'candidate');
    expect(measured).toHaveLength(expected.candidates.length + (expected.groups?.candidates.length ?? 0));
  });

  it('searches weights of checkpoints from those of the experts, and goes on from what was measured of them', async () => {
    const settings = {strategy: 'cma-es', budget: 7, checkpoints: {last: 2, budget: 9, sigma: 0.5}};
    const expected = SearchResult.parse(await search(await (await snapshotRun(settings)).context()));
    const broken = await snapshotRun(settings);
    // Over the experts, over the checkpoints, and in the check.
    for (const stopAt of [4, 6, 8]) await expect(search(await broken.context(stopAt))).rejects.toThrow(Stopped);
    expect(await search(await broken.context())).toEqual(expected);

    const {best, checkpoints} = expected;
    const lab = await openMergeLab(await broken.context(), {snapshots: [0, 1].map((expert) => ({expert, update: 1}))});
    const heldOut = await lab.heldOut({part: 'validation', images: 4, timesteps: 1, seed: 0});
    expect(checkpoints?.candidates[0]?.weights).toEqual([...best.weights, 0, 0]);
    for (const {weights, loss} of checkpoints?.candidates ?? []) {
      const params = applyWeights(lab.base, [...lab.vectors, ...lab.snapshots], weights);
      expect(loss).toBeCloseTo(meanLoss(await lab.losses(params, heldOut)), 6);
      disposeParams(params);
    }
    lab.dispose();
  });

  it('measures of a single checkpoint what it measures of the experts', async () => {
    const run = await snapshotRun({budget: 5, checkpoints: {last: 1, budget: 12, sigma: 0.3}});
    const {candidates, checkpoints} = await search(await run.context());
    expect(checkpoints?.updates).toEqual([2]);
    const weights = (checkpoints?.candidates ?? []).map((candidate) => candidate.weights);
    expect(weights.every(({length}) => length === 2)).toBe(true);
    expect(checkpoints?.candidates[0]?.loss).toBeCloseTo(Math.min(...candidates.map(({loss}) => loss)), 6);
    const lab = await openMergeLab(await run.context());
    const heldOut = await lab.heldOut({part: 'validation', images: 4, timesteps: 1, seed: 0});
    for (const candidate of checkpoints?.candidates ?? []) {
      const params = applyWeights(lab.base, lab.vectors, candidate.weights);
      expect(candidate.loss).toBeCloseTo(meanLoss(await lab.losses(params, heldOut)), 6);
      disposeParams(params);
    }
    lab.dispose();
  });

  it('measures anew when the draws are others', async () => {
    const run = await searchedRun({budget: 6});
    await search(await run.context());
    const context = await run.context();
    const {config} = context.resolved;
    const other = {...config, merge: {...config.merge!, search: {...config.merge!.search!, seed: 1}}};
    const before = run.events.filter(({type}) => type === 'candidate').length;
    await search({...context, resolved: {...context.resolved, config: other}});
    expect(run.events.filter(({type}) => type === 'candidate')).toHaveLength(2 * before);
  });

  it('measures what the merge of the run will be, with its rules and its scale', async () => {
    const merge = {
      search: {images: 4, timesteps: 1, budget: 6},
      method: {kind: 'linear', lambda: 0.5},
      rules: [{match: 'mid', weights: [1, -1]}],
    };
    const run = await searchedRun({}, {merge});
    const {candidates, best} = await search(await run.context());
    const lab = await openMergeLab(await run.context());
    const heldOut = await lab.heldOut({part: 'validation', images: 4, timesteps: 1, seed: 0});
    for (const {weights, loss} of [best, ...candidates]) {
      const params = applyWeightsBy(lab.base, lab.vectors, (name) =>
        (unetPart(name).group === 'mid' ? [1, -1] : weights).map((weight) => weight / 2),
      );
      expect(loss).toBeCloseTo(meanLoss(await lab.losses(params, heldOut)), 6);
      disposeParams(params);
    }
    const without = await searchedRun({budget: 6});
    expect((await search(await without.context())).candidates[1]?.loss).not.toBeCloseTo(candidates[1]?.loss ?? NaN, 6);
    lab.dispose();
  });

  it('measures the winner, the obvious weights and the ensemble on test images', async () => {
    const run = await searchedRun({budget: 9, images: 5});
    const {best, check, ensemble} = await search(await run.context());
    expect(check?.images).toBe(5);
    expect(check?.models.map(({model}) => model)).toEqual([
      'base',
      'uniform',
      'ones',
      'expert-0',
      'expert-1',
      'best',
      'ensemble',
    ]);
    expect(ensemble).toBeGreaterThan(0);
    const lab = await openMergeLab(await run.context());
    const heldOut = await lab.heldOut({part: 'test', images: 5, timesteps: 1, seed: 0});
    const params = applyWeights(lab.base, lab.vectors, best.weights);
    const expected = summariseHeldOut(await lab.losses(params, heldOut), await lab.losses(lab.base, heldOut));
    const found = check?.models.find(({model}) => model === 'best');
    expect(found?.loss.mean).toBeCloseTo(expected.mean, 12);
    expect(found?.differenceToBase.standardError).toBeCloseTo(expected.differenceToBase.standardError, 12);
    disposeParams(params);
    lab.dispose();
  });

  it('finds rules for the parts that are better than the same weights everywhere', async () => {
    const run = await searchedRun({budget: 9, groups: {budget: 40, sigma: 0.3}});
    const {best, groups, check} = await search(await run.context());
    expect(groups?.rules.map(({match}) => match)).toEqual(['down', 'mid', 'up']);
    expect(groups?.loss).toBeLessThan(best.loss);
    // The first candidate of the parts is the winner itself.
    expect(groups?.candidates[0]?.loss).toBeCloseTo(best.loss, 6);
    expect(check?.models.map(({model}) => model)).toContain('groups');
  });

  it('says so where there are no test images', async () => {
    const data = {kind: 'images', path: 'images', resolution: 8, channels: 1, validation: 8, test: 0};
    const run = await searchedRun({budget: 5}, {data, evaluate: undefined});
    expect((await search(await run.context())).check).toBeUndefined();
    expect(run.events).toContainEqual(expect.objectContaining({type: 'log', level: 'warning'}));
  });

  it('leaves no tensors behind', async () => {
    const run = await searchedRun({budget: 5, groups: {budget: 3}});
    await expectNoLeak(async () => void (await search(await run.context())));
    const snapped = await snapshotRun({budget: 5, checkpoints: {last: 2, budget: 3}});
    await expectNoLeak(async () => void (await search(await snapped.context())));
  });
});
