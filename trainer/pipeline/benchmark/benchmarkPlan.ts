import type {BenchmarkDisk, BenchmarkPlan} from '../../contract/benchmark/benchmarkPlan.ts';
import {featureNames, measuredCount} from '../../contract/config/evaluateConfig.ts';
import {snapshotUpdates} from '../../contract/config/snapshots/snapshots.ts';
import {baselineModels, evaluatedModels, runExperts} from '../../contract/run/pipeline.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {cacheFolder} from '../../store/files/cacheFolder.ts';
import {freeBytes} from '../../store/files/freeSpace.ts';
import {isTraining, planStages} from '../graph/stagePlan.ts';
import type {BenchmarkConfig, BenchmarkRequest} from './benchmarkConfig.ts';
import {benchmarkNeeds} from './benchmarkNeeds.ts';
import {benchmarkTime} from './benchmarkTime.ts';
import {benchmarks} from './benchmarks.ts';
import {baselinesOurs} from './paperBaselines.ts';
import {openSettings} from './openSettings.ts';
import {unlikePublished} from './unlikePublished.ts';

/** Bytes of a parameter in a checkpoint: weight, two moments and moving average in float32. */
const checkpointBytes = 16;
/** Features of the widest network, Inception's 2048. */
const featureBytes = 4 * 2048;

/** Looks what a benchmark needs, and says what it is going to do. Writes nothing. */
export async function planBenchmark(request: BenchmarkRequest, derived: BenchmarkConfig): Promise<BenchmarkPlan> {
  const {name, folder, scale} = request;
  const {config, file} = derived;
  const {evaluate, decouple, merge} = config;
  if (evaluate === undefined || decouple === undefined) throw new Error(`the benchmark ${name} measures no experts`);
  const needs = await benchmarkNeeds(name, derived);
  const ready = needs.every(({problem}) => problem === null);
  const disk = await diskNeeds(request, derived);
  const experts = runExperts(config);
  return {
    benchmark: name,
    about: benchmarks[name].about,
    folder,
    config: file,
    scale,
    ready,
    needs,
    stages: planStages(config).map((stage) => stage.name),
    updates: {
      expert: decouple.updates,
      experts,
      ordinary: config.ordinary ? decouple.updates * experts : 0,
      baselines: baselineModels(config).length,
      images: decouple.batch * decouple.accumulation,
    },
    candidates: merge?.search?.budget ?? 0,
    drawing: {
      models: evaluatedModels(config).map(modelName),
      images: measuredCount(evaluate),
      sampler: evaluate.sampling.sampler ?? null,
      steps: evaluate.sampling.steps,
    },
    disk,
    time: await benchmarkTime(derived),
    ours: [...benchmarks[name].ours, ...openSettings(derived.preset), ...(config.baselines ? [baselinesOurs] : [])],
    unlike: await unlikePublished(request, derived),
    warnings: await diskWarnings(disk),
  };
}

/** Bytes at most: all trainings at once, the features of all models and of the reference, and what is encoded of all images and their texts. */
async function diskNeeds(
  {name, folder}: BenchmarkRequest,
  {config, base}: Pick<BenchmarkConfig, 'config' | 'base'>,
): Promise<BenchmarkDisk> {
  const {evaluate, decouple, data} = config;
  const {encoded, ...known} = benchmarks[name];
  const parameters = base?.parameters ?? known.parameters;
  const trainings = planStages(config).filter(isTraining).length;
  const snapshots = decouple === undefined ? 0 : runExperts(config) * snapshotUpdates(decouple).length;
  const images = evaluate === undefined ? 0 : measuredCount(evaluate);
  const heldOut = (data?.validation ?? 0) + (data?.test ?? 0);
  const free = await freeBytes(folder);
  return {
    checkpoints: trainings * (decouple?.keepCheckpoints ?? 0) * checkpointBytes * parameters,
    models: (trainings + 1 + snapshots) * 4 * parameters,
    features:
      (evaluatedModels(config).length * images + (data?.test ?? 0)) *
      featureBytes *
      featureNames(evaluate?.features).length,
    encoded:
      encoded === undefined
        ? 0
        : (Math.min(data?.limit ?? Infinity, encoded.images) + heldOut) *
          (base?.encoded ?? encoded.numbers) *
          (data?.cache && data.cache.dtype === 'F16' ? 2 : 4),
    free: Number.isFinite(free) ? free : null,
  };
}

/** The cache of the user may lie on the same disk as the folder of the benchmark: two that have as much room are taken for one. */
async function diskWarnings({checkpoints, models, features, encoded, free}: BenchmarkDisk): Promise<string[]> {
  const run = checkpoints + models + features;
  const cache = await freeBytes(cacheFolder().path);
  if (free !== null && free < run + (cache === free ? encoded : 0))
    return ['The disk has less room than checkpoints, models, features and what is encoded take.'];
  return cache < encoded ? ['The disk of the cache has less room than latents and texts take.'] : [];
}
