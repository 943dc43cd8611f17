import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import type {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {MergeBoundRequest} from '../../../../trainer/contract/measurements/mergeBoundKind.ts';
import {MergeBound} from '../../../../trainer/contract/run/measured/mergeBound.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {meanLoss, summariseHeldOut} from '../../../../trainer/evaluate/heldOutSummary.ts';
import {applyWeights, applyWeightsBy} from '../../../../trainer/merge/blend.ts';
import {disposeParams} from '../../../../trainer/nn/params.ts';
import type {MeasuredRun} from '../../../../trainer/pipeline/measurements/measurement.ts';
import {measuringContext} from '../../../../trainer/pipeline/measurements/measuringContext.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {openMergeLab} from '../../../../trainer/pipeline/search/mergeLab.ts';
import {measureUntil, newMeasuredRun} from '../../../helpers/runs/measuredRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

const measurement = measurements['merge-bound'];
const request = (changes: Partial<MergeBoundRequest> = {}) =>
  MergeBoundRequest.parse({steps: 12, batch: 7, every: 4, images: 8, test: 6, rate: 0.05, ...changes});

let engine: EngineInfo;

beforeAll(async () => {
  engine = await startEngine({name: 'wasm'});
});

/** A run with two random experts that are given. */
async function newRun(merge: object = {weights: [0.25, 0.5]}): Promise<MeasuredRun> {
  const folder = await temporaryFolder();
  const experts = ['a', 'b'].map((model) => ({model}));
  const file = await writeTinyExperiment(folder, {experts, merge, decouple: undefined});
  for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
  return newMeasuredRun(file, engine);
}

async function measure(run: MeasuredRun, wanted = request(), stopAfter?: number): Promise<MergeBound | null> {
  const {result} = await measureUntil(measurement, run, wanted, stopAfter);
  return result && MergeBound.parse(result);
}

describe('the bound of a merge', {timeout: 120_000}, () => {
  it('lowers the loss from where the run has it, and says what of that holds on test images', async () => {
    const run = await newRun({
      weights: [0.25, 0.5],
      rules: [{match: 'mid', weights: [1, 0]}],
      method: {kind: 'linear', lambda: 0.5},
    });
    const {start, curve, best, test, parts, recipe, state} = (await measure(run)) ?? expect.fail();
    // Whole batches of seven: of the eight images that were asked for, seven in each of two ranges.
    expect([recipe.images, recipe.batch]).toEqual([7, 7]);
    expect(start['conv_in.weight']).toEqual([0.125, 0.25]);
    expect(start['mid_block.resnets.0.conv1.weight']).toEqual([0.5, 0]);
    expect(curve.map(({step}) => step)).toEqual([0, 4, 8, 12]);
    expect(curve[0]?.loss).toBeGreaterThan(best?.loss ?? NaN);
    expect(best?.loss).toBe(Math.min(...curve.map(({loss}) => loss ?? Infinity)));
    expect(state).toBeNull();
    const mid = parts.find(({name}) => name === 'mid');
    expect(mid?.start).toEqual([0.5, 0]);
    expect(mid?.least[0]).toBeLessThan(mid?.most[0] ?? NaN);

    const lab = await openMergeLab(await measuringContext(run, 'bound'));
    const validation = await lab.heldOut({part: 'validation', images: 7, timesteps: 1, seed: 0});
    const held = await lab.heldOut({part: 'test', images: 6, timesteps: 1, seed: 0});
    const [before, after] = [start, best?.weights ?? {}].map((weights) =>
      applyWeightsBy(lab.base, lab.vectors, (name) => weights[name] ?? []),
    );
    expect(meanLoss(await lab.losses(after!, validation))).toBe(best?.loss);
    const gain = summariseHeldOut(await lab.losses(after!, held), await lab.losses(before!, held)).differenceToBase;
    expect(test?.gain).toEqual(gain);
    const zero = applyWeights(lab.base, lab.vectors, [0, 0]);
    expect(test?.models[0]).toMatchObject({model: 'base', loss: {mean: meanLoss(await lab.losses(zero, held))}});
    [before!, after!, zero].forEach(disposeParams);
    lab.dispose();
  });

  it('goes on from the step where it was ended, to the same bits', async () => {
    const [whole, broken] = [await newRun(), await newRun()];
    const file = join(broken.run.path, 'bound', 'merge-bound.json');
    expect(await measure(broken, request(), 1)).toBeNull();
    // Written when it was ended; the next attempt is ended between two measurements of the loss.
    expect(MergeBound.parse(JSON.parse(await readFile(file, 'utf8'))).state?.step).toBe(1);
    expect(await measure(broken, request(), 6)).toBeNull();
    const result = await measure(broken);
    const expected = await measure(whole);
    // The keys differ by the times of the images' files.
    expect(result).toEqual({...expected, key: result?.key});
    // What is complete is not measured again, with other settings it is.
    await writeFile(file, JSON.stringify({...result, curve: []}));
    expect((await measure(broken))?.curve).toEqual([]);
    expect((await measure(broken, request({rate: 0.01})))?.curve).toHaveLength(4);
  });

  it('reads as lines and as a table', async () => {
    const run = await newRun();
    const result = (await measure(run)) ?? expect.fail();
    const lines = measurement.lines(result, request()).join('\n');
    expect(lines).toMatch(/A weight for each of 2 experts and \d+ tensors: 12 steps of Adam/);
    expect(lines).toMatch(/best minus start: [-+]\S+ ± \S+, (lower|higher)/);
    const early = {...result, best: {...(result.best ?? expect.fail()), step: 8}};
    const [falling, settled] = [result, early].map((each) => measurement.lines(each, request()).join('\n'));
    expect([falling, settled].map((text) => text?.includes('still falling'))).toEqual([
      result.best?.step === 12,
      false,
    ]);
    const csv = measurement.csv(result);
    expect(csv).toMatch(measurement.csvHeader);
    expect(csv).toContain(`\nvalidation loss,step 12,,${result.curve.at(-1)?.loss}\n`);
    expect(csv).toContain(`\nweight,conv_in.weight,1,${result.best?.weights['conv_in.weight']?.[1]}\n`);
  });

  it('refuses a run that merges otherwise', async () => {
    const run = await newRun({weights: [1, 1], method: {kind: 'ties'}});
    await expect(measure(run)).rejects.toThrow('The run merges by ties, the bound is one of linear merges.');
  });

  it('leaves no tensors behind', async () => {
    const run = await newRun();
    await expectNoLeak(async () => void (await measure(run, request({steps: 2}))));
  });
});

it('tells of a descent that has diverged instead of what its numbers would be', async () => {
  await expect(measure(await newRun(), request({rate: 1e30}))).rejects.toMatchObject({code: 'bound-diverged'});
});
