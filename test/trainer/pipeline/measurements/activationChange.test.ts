import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import type {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {ActivationChangeRequest} from '../../../../trainer/contract/measurements/activationChangeKind.ts';
import {completeScheduler} from '../../../../trainer/contract/model/schedulerSettings.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {ActivationChange} from '../../../../trainer/contract/run/measured/activationChange.ts';
import {siteMeans} from '../../../../trainer/contract/run/measured/activationMeans.ts';
import {ModelRecord} from '../../../../trainer/contract/run/records.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {openPretrained, savePretrained} from '../../../../trainer/models/pretrained.ts';
import {disposeParams, mapParams} from '../../../../trainer/nn/params.ts';
import type {MeasuredRun} from '../../../../trainer/pipeline/measurements/measurement.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {measureUntil, newMeasuredRun} from '../../../helpers/runs/measuredRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {writeTinyTextExperiment} from '../../../helpers/runs/tinyTextExperiment.ts';

const measurement = measurements['activation-change'];
const request = (changes: Partial<ActivationChangeRequest> = {}) =>
  ActivationChangeRequest.parse({timesteps: 3, images: 6, ...changes});
const experts = [
  {model: 'low', range: [0, 300]},
  {model: 'high', range: [300, 1000]},
];
/** Added to the bias of the last upsampler of the low expert. */
const shift = 0.5;
const bias = 'up_blocks.0.upsamplers.0.conv.bias';

let engine: EngineInfo;

beforeAll(async () => {
  engine = await startEngine({name: 'wasm'});
});

type Write = (folder: string, changes: Record<string, unknown>) => Promise<string>;

/** A run of two given experts, the base with that bias shifted and the base itself. */
async function newRun(write: Write = writeTinyExperiment, where?: string): Promise<MeasuredRun> {
  const folder = where ?? (await temporaryFolder());
  const config = await write(folder, {experts, decouple: undefined, evaluate: undefined, merge: undefined});
  const base = await openPretrained(join(folder, 'base'));
  for (const {model} of experts) {
    const loaded = await base.loadParams();
    const params = mapParams(loaded, (tensor, name) =>
      model === 'low' && name === bias ? tf.add(tensor, shift) : tf.clone(tensor),
    );
    await savePretrained(join(folder, model), {
      unetConfig: base.folder.unetConfig,
      schedulerConfig: base.folder.schedulerConfig ?? completeScheduler(SchedulerConfig.parse({})),
      params,
      record: ModelRecord.parse({role: 'base'}),
      dtype: 'F32',
    });
    [loaded, params].forEach(disposeParams);
  }
  return newMeasuredRun(config, engine);
}

const measure = (run: MeasuredRun, wanted: ActivationChangeRequest, stopAfter?: number) =>
  measureUntil(measurement, run, wanted, stopAfter);

describe('the activation change of a run', () => {
  it('is the shift of a bias after its block, and nothing before it', async () => {
    const run = await newRun();
    const {result} = await measure(run, request());
    const {timesteps, range, sites, recipe} = result ?? expect.fail();
    expect({timesteps, range}).toEqual({timesteps: [50, 150, 250], range: [0, 300]});
    expect(recipe).toMatchObject({part: 'validation', images: 6, batch: 6, seed: 0});
    expect(sites.map(({name}) => name)).toEqual(['down 0', 'down 1', 'mid', 'up 0', 'up 1']);
    const means = sites.map(siteMeans);
    for (const {channel, spatial, ratio} of means.slice(0, 3))
      expect([channel.rms, spatial.rms, ratio]).toEqual([0, 0, null]);
    const {channel, spatial, ratio, independentRatio} = means[3] ?? expect.fail();
    for (const size of [channel.rms, spatial.rms]) expect(size).toBeCloseTo(shift, 5);
    expect(ratio).toBeCloseTo(1, 5);
    expect(independentRatio).toBe(Math.sqrt(8 / 64));
    const up = sites[3] ?? expect.fail();
    for (const {rms, deviation, histogram} of [up.channel, up.spatial]) {
      expect(rms).toHaveLength(3);
      expect(deviation.every((value) => value > 0)).toBe(true);
      // All changes are alike: they lie in at most the two bins beside the edge that 0.5 is.
      expect(histogram.counts.filter((count) => count > 0).length).toBeLessThanOrEqual(2);
    }
    const counted = ({histogram: {counts}}: {histogram: {counts: number[]}}) => counts.reduce((sum, n) => sum + n);
    expect([counted(up.channel), counted(up.spatial)]).toEqual([3 * 6 * 8, 3 * 6 * 64]);
  });

  it('is zero everywhere for a model that equals its base', async () => {
    const {result} = await measure(await newRun(), request({model: 'expert-1'}));
    expect(result?.range).toEqual([300, 1000]);
    for (const {channel, spatial} of result?.sites.map(siteMeans) ?? expect.fail())
      expect([channel.rms, channel.relative, spatial.rms, spatial.relative]).toEqual([0, 0, 0, 0]);
  });

  it('goes on at the timestep where it was stopped, and is the same', async () => {
    const folder = await temporaryFolder();
    const whole = await newRun(writeTinyExperiment, folder);
    const {result} = await measure(whole, request());
    const broken = await newMeasuredRun(join(folder, 'tiny.deme.yaml'), engine);
    expect(await measure(broken, request(), 1)).toEqual({seen: [1], result: null});
    const file = join(broken.run.path, 'activations', 'expert-0.json');
    const kept = ActivationChange.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(kept.sites[0]?.channel.rms).toHaveLength(1);
    expect(measurement.lines(kept, request())[0]).toContain('1 of 3 timesteps of [0, 300)');
    const resumed = await measure(broken, request());
    expect(resumed.seen).toEqual([2, 3]);
    expect(resumed.result).toEqual(result);
    expect((await measure(broken, request())).seen).toEqual([]);
    // Other noise: another measurement.
    expect((await measure(broken, request({seed: 1}))).seen).toEqual([1, 2, 3]);
    expect(await readdir(join(broken.run.path, 'activations'))).toEqual(['expert-0.json']);
    // What does not fit together is measured anew.
    await writeFile(file, JSON.stringify({...kept, sites: []}));
    expect((await measure(broken, request())).seen).toEqual([1, 2, 3]);
  });

  it('is measured of a network that takes texts, on latents', async () => {
    const run = await newRun(writeTinyTextExperiment);
    const {result} = await measure(run, request({images: 2}));
    const sites = result?.sites ?? expect.fail();
    const at = sites.findIndex(({name}) => name === 'up 0');
    expect(sites.slice(0, at).every((site) => siteMeans(site).channel.rms === 0)).toBe(true);
    expect(siteMeans(sites[at] ?? expect.fail()).channel.rms).toBeCloseTo(shift, 4);
  });

  it('refuses what is not there, and the base', async () => {
    const run = await newRun();
    await expect(measure(run, request({model: 'expert-2'}))).rejects.toThrow('There is no model expert-2 to measure.');
    await expect(measure(run, request({model: 'merged'}))).rejects.toBeInstanceOf(UserError);
    const {config} = run.resolved;
    const without = {...run, resolved: {...run.resolved, config: {...config, data: undefined}}};
    await expect(measure(without, request())).rejects.toThrow('from a base on; the config lacks');
    for (const model of ['base', 'ensemble', '../x'])
      expect(() => request({model})).toThrow('an expert, as in expert-0');
    expect(() => request({timesteps: 251})).toThrow('Give a whole number from 1 to 250.');
  });

  it('refuses more timesteps than the range of an expert has', async () => {
    const run = await newRun((where, changes) =>
      writeTinyExperiment(where, {
        ...changes,
        experts: [
          {model: 'low', range: [0, 4]},
          {model: 'high', range: [4, 1000]},
        ],
      }),
    );
    await expect(measure(run, request({timesteps: 5}))).rejects.toThrow('There are only 4 timesteps from 0 to 3.');
  });
});
