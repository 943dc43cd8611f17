import * as tf from '@tensorflow/tfjs-core';
import {afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {settleInputs} from '../../../../trainer/pipeline/graph/runInputs.ts';
import {planStages} from '../../../../trainer/pipeline/graph/stagePlan.ts';
import {runRecordedStage} from '../../../../trainer/pipeline/stages/recordedStage.ts';
import {writeJsonAtomic} from '../../../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeSmallClip} from '../../../helpers/models/featureCache.ts';
import {newMeasuredRun} from '../../../helpers/runs/measuredRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const wasm = {name: 'wasm'} as const;

/** Runs the stages of an experiment in this process, one after the other, and says what each leaves on the engine. */
async function leftovers(changes: object, selection: 'pipeline' | 'pretrain'): Promise<Record<string, number>> {
  const config = await writeTinyExperiment(await temporaryFolder(), {...changes});
  const {run, resolved} = await newMeasuredRun(config, await startEngine(wasm));
  await writeJsonAtomic(runPaths.config(run.path), resolved);
  await settleInputs(run.path, resolved, () => undefined);
  const left: Record<string, number> = {};
  for (const {name} of planStages(resolved.config, selection)) {
    const before = tf.memory().numTensors;
    const outcome = await runRecordedStage({
      run: run.path,
      stage: name,
      engine: JSON.stringify(wasm),
      startedAt: performance.now(),
      emit: () => undefined,
      nextAction: () => Promise.resolve('continue'),
    });
    expect(outcome, name).toBe('done');
    left[name] = tf.memory().numTensors - before;
  }
  return left;
}

/** Stages that a process runs one after the other must not fill its memory. */
describe('a stage leaves no tensor behind,', {timeout: 120_000}, () => {
  beforeAll(async () => void (await startEngine(wasm)));
  afterEach(() => void vi.unstubAllEnvs());

  const search = {budget: 3, images: 4, timesteps: 1};
  const distance = {
    objective: 'frechet',
    budget: 2,
    images: 4,
    sampling: {steps: 1},
    race: {first: 4, samples: 8, reference: 8},
    test: {samples: 8, seeds: [1, 2]},
  };
  const decouple = {ranges: 2, updates: 3, batch: 4, projection: 'full', checkpointEvery: 2, heldOutEvery: 2};
  const evaluate = {heldOut: {images: 4, timesteps: 1}, sampling: {steps: 1, batch: 4}, grid: 4, features: 'clip'};

  it.each([
    [
      'when models are merged by loss',
      {ordinary: true, merge: {search}, evaluate: {...evaluate, samples: 300, shards: 2}},
    ],
    ['when they are merged by distance', {merge: {search: distance}, evaluate: {...evaluate, samples: 8}}],
  ])('%s', async (_, changes) => {
    vi.stubEnv('DEME_CACHE', await temporaryFolder());
    await writeSmallClip(featureFolder('clip-vit-b-32'));
    const left = await leftovers({decouple, ...changes}, 'pipeline');
    expect(Object.keys(left)).toEqual(expect.arrayContaining(['expert-1', 'search', 'merge', 'evaluate-ensemble']));
    expect(Object.entries(left).filter(([, tensors]) => tensors !== 0)).toEqual([]);
  });

  it('nor does a pretraining', async () => {
    const pretrain = {model: tinyUnetConfig, updates: 2, batch: 4};
    expect(await leftovers({base: undefined, pretrain, decouple: undefined, merge: undefined}, 'pretrain')).toEqual({
      pretrain: 0,
    });
  });
});
