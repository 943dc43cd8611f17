import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import type {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {LossLandscapeRequest} from '../../../../trainer/contract/measurements/lossLandscapeKind.ts';
import {landscapePanels} from '../../../../trainer/contract/run/measured/landscapePanels.ts';
import {LossLandscape} from '../../../../trainer/contract/run/measured/lossLandscape.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {heldOutDraws, heldOutLosses} from '../../../../trainer/evaluate/heldOut.ts';
import {heldOutImages} from '../../../../trainer/evaluate/heldOutImages.ts';
import {summariseHeldOut} from '../../../../trainer/evaluate/heldOutSummary.ts';
import {loadPretrained} from '../../../../trainer/models/pretrained.ts';
import {disposeParams} from '../../../../trainer/nn/params.ts';
import type {MeasuredRun} from '../../../../trainer/pipeline/measurements/measurement.ts';
import {measuringContext} from '../../../../trainer/pipeline/measurements/measuringContext.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {openBase, openBaseComponents} from '../../../../trainer/pipeline/runModels.ts';
import {openNetworkData} from '../../../../trainer/pipeline/stages/data/networkData.ts';
import {openStageData} from '../../../../trainer/pipeline/stages/data/stageData.ts';
import {measureUntil, newMeasuredRun} from '../../../helpers/runs/measuredRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {writeTinyTextExperiment} from '../../../helpers/runs/tinyTextExperiment.ts';

const measurement = measurements['loss-landscape'];
const request = (changes: Partial<LossLandscapeRequest> = {}) =>
  LossLandscapeRequest.parse({points: 3, images: 4, ...changes});

let engine: EngineInfo;

beforeAll(async () => {
  engine = await startEngine({name: 'wasm'});
});

const measure = (run: MeasuredRun, wanted: LossLandscapeRequest, stopAfter?: number) =>
  measureUntil(measurement, run, wanted, stopAfter);

/** A run with given experts `a`, `b`, … of other random weights. */
async function runWithExperts(count: number): Promise<MeasuredRun & {folder: string}> {
  const folder = await temporaryFolder();
  const experts = ['a', 'b', 'c'].slice(0, count).map((model) => ({model}));
  const config = await writeTinyExperiment(folder, {
    experts,
    decouple: undefined,
    merge: undefined,
    evaluate: undefined,
  });
  for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
  return {...(await newMeasuredRun(config, engine)), folder};
}

/** Held-out losses of a model folder by range, as an evaluation computes them, on the images of a landscape. */
async function heldOutByRange(run: MeasuredRun, folder: string, {ranges, recipe}: LossLandscape): Promise<number[]> {
  const context = await measuringContext(run, 'test');
  const base = await openBase(context);
  const {validation} = await openStageData(context);
  const {images: imageCount, timestepsPerRange, seed} = recipe;
  const need = {what: 'validation images', images: imageCount, forTraining: false};
  const source = await openNetworkData(context, await openBaseComponents(context, base), validation, need);
  const {denoiser, schedule, params} = await loadPretrained(folder);
  const draws = heldOutDraws({imageCount, timestepsPerRange, ranges, seed});
  const images = await heldOutImages(source, imageCount, seed);
  const table = await heldOutLosses({denoiser, schedule, params, draws, ...images});
  disposeParams(params);
  return summariseHeldOut(table, table).perRange.map(({mean}) => mean);
}

function expectClose(losses: readonly (number | null)[] | undefined, expected: readonly number[]): void {
  expect(losses?.length).toBe(expected.length);
  losses?.forEach((loss, i) => expect((loss ?? NaN) / expected[i]!).toBeCloseTo(1, 5));
}

describe('the loss landscape of a run', () => {
  it('has the held-out loss of the model by range at its centre, and other losses around it', async () => {
    const folder = await temporaryFolder();
    const run = await newMeasuredRun(await writeTinyExperiment(folder), engine);
    const {result} = await measure(run, request({timesteps: 2}));
    const landscape = LossLandscape.parse(result);
    expect(landscape).toMatchObject({model: 'base', directions: {kind: 'random'}, axis: [-0.5, 0, 0.5], done: 9});
    expectClose(landscape.rows[1]?.[1], await heldOutByRange(run, join(folder, 'base'), landscape));
    expect(new Set(landscape.rows.flat(2)).size).toBe(18);
    for (const {fit} of landscapePanels(landscape)) expect(fit).not.toBeNull();
  });

  it('goes on where it was stopped, to the same numbers, and knows them the next time, in other runs too', async () => {
    const config = await writeTinyExperiment(await temporaryFolder());
    const run = await newMeasuredRun(config, engine);
    const whole = await measure(run, request());
    expect(whole.seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // The result under another seed overwrites the first.
    expect(await measure(run, request({seed: 1}), 4)).toEqual({seen: [1, 2, 3, 4], result: null});
    expect((await measure(run, request({seed: 1}))).seen).toEqual([5, 6, 7, 8, 9]);
    expect(await measure(run, request({seed: 1}), 0)).toMatchObject({seen: [], result: {done: 9}});
    await measure(run, request(), 5);
    expect((await measure(run, request())).result).toEqual(whole.result);
    const other = await newMeasuredRun(config, engine);
    expect(await measure(other, request())).toEqual({seen: [], result: whole.result});
  });

  it('lies in the plane of two task vectors, with the first expert at a = 1', async () => {
    const run = await runWithExperts(2);
    await expectNoTensorsLeft(async () => {
      const {result} = await measure(run, request({directions: 'task-vectors', experts: [1, 0]}));
      const {axis, directions, rows, unit} = result ?? expect.fail();
      expect(axis).toEqual([-1, 0, 1]);
      expect(directions).toMatchObject({kind: 'task-vectors', experts: [1, 0]});
      expect(unit).toBeGreaterThan(0);
      expectClose(rows[1]?.[1], await heldOutByRange(run, join(run.folder, 'base'), result!));
      expectClose(rows[1]?.[2], await heldOutByRange(run, join(run.folder, 'b'), result!));
    });
    const around = await measure(run, request({directions: 'task-vectors', model: 'expert-0'}));
    expectClose(around.result?.rows[1]?.[1], await heldOutByRange(run, join(run.folder, 'a'), around.result!));
  });

  it('is measured of a network that takes texts, on latents', async () => {
    const run = await newMeasuredRun(await writeTinyTextExperiment(await temporaryFolder()), engine);
    const {result} = await measure(run, request({images: 2}));
    expect(result?.rows.flat(2).every((loss) => loss !== null)).toBe(true);
  });

  it('has no number where the loss is not finite', async () => {
    const run = await newMeasuredRun(await writeTinyExperiment(await temporaryFolder()), engine);
    const {result} = await measure(run, request({extent: 1e30}));
    expect(result?.rows[1]?.[1]?.every((loss) => loss !== null)).toBe(true);
    expect(result?.rows[0]?.[0]).toEqual([null, null]);
    expect(result?.fits).toEqual([null, null, null]);
  });

  it('refuses models and experts that are not there, parallel task vectors, and a run without images', async () => {
    const run = await runWithExperts(2);
    await writeTinyBase(join(run.folder, 'b'), 2);
    await expect(measure(run, request({model: 'merged'}))).rejects.toThrow('There is no model merged to measure.');
    const along = {directions: 'task-vectors'} as const;
    await expect(measure(run, request({...along, experts: [0, 2]}))).rejects.toThrow('There is no expert 2.');
    const changed = await newMeasuredRun(join(run.folder, 'tiny.deme.yaml'), engine);
    await expect(measure(changed, request(along))).rejects.toThrow(
      'The task vectors of experts 0 and 1 span no plane: one is zero, or they are parallel.',
    );
    const without = {...run, resolved: {...run.resolved, config: {...run.resolved.config, data: undefined}}};
    await expect(measure(without, request())).rejects.toThrow('The loss landscape is measured on images');
  });

  it.each([
    [{points: 4}, 'Give an odd whole number from 3 to 51.'],
    [{points: 53}, 'Give an odd whole number from 3 to 51.'],
    [{extent: 0}, 'Give a number from 0.001'],
    [{images: 1}, 'Give a whole number from 2.'],
    [{experts: [1, 1] as [number, number]}, 'Give two different experts'],
    [{model: 'ensemble'}, 'Give base, ordinary, merged, an expert'],
  ])('refuses the request %o', (changes, text) => {
    expect(() => request(changes)).toThrow(text);
  });
});

async function expectNoTensorsLeft(act: () => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await act();
  expect(tf.memory().numTensors - before).toBe(0);
}
