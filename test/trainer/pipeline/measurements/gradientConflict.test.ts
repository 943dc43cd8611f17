import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import type {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {GradientConflictRequest} from '../../../../trainer/contract/measurements/gradientConflictKind.ts';
import {GradientConflict} from '../../../../trainer/contract/run/measured/gradientConflict.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import type {MeasuredRun} from '../../../../trainer/pipeline/measurements/measurement.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {measureUntil, newMeasuredRun} from '../../../helpers/runs/measuredRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {writeTinyTextExperiment} from '../../../helpers/runs/tinyTextExperiment.ts';

const measurement = measurements['gradient-conflict'];
const request = (changes: Partial<GradientConflictRequest> = {}) =>
  GradientConflictRequest.parse({timesteps: 4, images: 6, ...changes});

let engine: EngineInfo;

beforeAll(async () => {
  engine = await startEngine({name: 'wasm'});
});

const newRun = (config: string) => newMeasuredRun(config, engine);
const measure = (run: MeasuredRun, wanted: GradientConflictRequest, stopAfter?: number) =>
  measureUntil(measurement, run, wanted, stopAfter);

describe('the gradient conflict of a run', () => {
  it('goes on at the timestep where it was stopped, and is the same', async () => {
    const config = await writeTinyExperiment(await temporaryFolder());
    const [whole, broken] = [await newRun(config), await newRun(config)];
    // First, so that it takes nothing over from the other run.
    expect(await measure(broken, request(), 2)).toEqual({seen: [1, 2], result: null});
    const {result} = await measure(whole, request());
    const resumed = await measure(broken, request({seed: 1}), 1);
    expect(resumed.seen).toEqual([1]);
    const again = await measure(broken, request({seed: 1}));
    expect(again.seen).toEqual([2, 3, 4, 4]);
    const other = await measure(whole, request({seed: 1}));
    expect(other.seen).toEqual([]);
    expect(other.result).toEqual(again.result);
    expect(result?.overall).not.toEqual(again.result?.overall);
    expect(await readdir(join(broken.run.path, 'conflict'))).toEqual(['base.json']);
  });

  it('measures what it says', async () => {
    const config = await writeTinyExperiment(await temporaryFolder());
    const run = await newRun(config);
    const {result} = await measure(run, request());
    const {timesteps, ranges, parts, projection, recipe, norms} = result ?? expect.fail();
    expect(timesteps).toEqual([125, 375, 625, 875]);
    expect(ranges).toEqual([
      [0, 500],
      [500, 1000],
    ]);
    expect(parts.map(({name}) => name)).toEqual(['in', 'time', 'down', 'mid', 'up', 'out']);
    expect(projection).toBeNull();
    // Whole batches of the size that the config trains with.
    expect(recipe).toMatchObject({part: 'train', images: 4, batch: 4, seed: 0, weighting: {kind: 'none'}});
    expect(norms.every((norm) => norm > 0)).toBe(true);
    // Neighbours have nearly the same inputs, and gradients that are the more alike.
    expect(result?.overall[1]?.[0]).toBeGreaterThan(result?.overall[3]?.[0] ?? NaN);
    const projected = await measure(run, request({width: 32}));
    expect(projected.result?.projection).toEqual({width: 32, standardError: 1 / Math.sqrt(32)});
    const off =
      projected.result?.overall.flatMap((row, i) =>
        row.map((value, j) => (value ?? NaN) - (result?.overall[i]?.[j] ?? NaN)),
      ) ?? [];
    expect(Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / off.length)).toBeLessThan(1 / Math.sqrt(32));
  });

  it('is taken over from a run with other ranges, which it does not depend on', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const first = await newRun(config);
    await measure(first, request());
    const file = join(first.run.path, 'conflict', 'base.json');
    const known = GradientConflict.parse(JSON.parse(await readFile(file, 'utf8')));
    await writeFile(file, JSON.stringify({...known, norms: known.norms.map(() => 5)}));
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('"ranges": 2', '"edges": [0, 100, 1000]'));
    const second = await newRun(config);
    const {seen, result} = await measure(second, request());
    expect(seen).toEqual([]);
    expect(result).toMatchObject({
      norms: known.norms.map(() => 5),
      ranges: [
        [0, 100],
        [100, 1000],
      ],
    });
  });

  it('is measured of a network that takes texts, on latents', async () => {
    const run = await newRun(await writeTinyTextExperiment(await temporaryFolder()));
    const {result} = await measure(run, request({images: 2}));
    expect(result?.recipe.images).toBe(2);
    expect(result?.overall.flat().every((cosine) => cosine !== null)).toBe(true);
  });

  it('refuses a model that is not there, too many timesteps, and a run without images', async () => {
    const folder = await temporaryFolder();
    const run = await newRun(await writeTinyExperiment(folder));
    await expect(measure(run, request({model: 'expert-1'}))).rejects.toBeInstanceOf(UserError);
    const {config} = run.resolved;
    const without = {...run, resolved: {...run.resolved, config: {...config, data: undefined}}};
    await expect(measure(without, request())).rejects.toThrow('Gradients are measured on images');
    expect(() => GradientConflictRequest.parse({timesteps: 8, ranges: 5})).toThrow(
      'Each range needs two of the timesteps.',
    );
    expect(() => GradientConflictRequest.parse({model: 'ensemble'})).toThrow(
      'Give base, ordinary, merged, an expert, as in expert-0, or a baseline',
    );
  });
});
