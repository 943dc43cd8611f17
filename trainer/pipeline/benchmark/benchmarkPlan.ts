import {dirname} from 'node:path';
import type {BenchmarkDisk, BenchmarkPlan} from '../../contract/benchmark/benchmarkPlan.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, measuredCount} from '../../contract/config/evaluateConfig.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {runExperts, runModels} from '../../contract/run/pipeline.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {countParameters, createDenoiser} from '../../models/architectures.ts';
import {freeBytes} from '../../store/files/freeSpace.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';
import {readModel} from '../../store/weights/readModel.ts';
import {isTraining, planStages} from '../graph/stagePlan.ts';
import type {BenchmarkConfig, BenchmarkRequest} from './benchmarkConfig.ts';
import {benchmarkNeeds} from './benchmarkNeeds.ts';
import {listedTexts} from './benchmarkPrompts.ts';
import {benchmarkTime} from './benchmarkTime.ts';
import {benchmarks} from './benchmarks.ts';
import {openSettings} from './openSettings.ts';

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
  const disk = await diskNeeds(config, await parameterCount(needs[0]?.problem === null, derived, name), folder);
  const sum = disk.checkpoints + disk.models + disk.features;
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
      images: decouple.batch * decouple.accumulation,
    },
    candidates: merge?.search?.budget ?? 0,
    drawing: {
      models: runModels(config).map(modelName),
      images: measuredCount(evaluate),
      sampler: evaluate.sampling.sampler ?? null,
      steps: evaluate.sampling.steps,
    },
    disk,
    time: await benchmarkTime(derived),
    ours: [...benchmarks[name].ours, ...openSettings(derived.preset)],
    warnings: [...(await listWarnings(request)), ...(disk.free !== null && sum > disk.free ? [diskWarning] : [])],
  };
}

const diskWarning = 'The disk has less room than checkpoints, models and features take.';

/** A list of another length than the published numbers were measured with. One that cannot be read is a need. */
async function listWarnings({name, folder}: BenchmarkRequest): Promise<string[]> {
  const wanted = benchmarks[name].prompts?.count ?? 0;
  const texts = await listedTexts(name, folder).catch(nullForUserError);
  if (texts === null || texts.length === wanted) return [];
  return [`The list of prompts has ${texts.length} texts, not the ${wanted} of the benchmark.`];
}

async function parameterCount(
  hasBase: boolean,
  {config, file}: BenchmarkConfig,
  name: BenchmarkRequest['name'],
): Promise<number> {
  if (!hasBase) return benchmarks[name].parameters;
  const folder = await resolveBase(config.base ?? '', dirname(file));
  const {stock, projections} = countParameters(createDenoiser((await readModel(folder)).unetConfig, folder));
  return stock + projections;
}

/** Bytes at most: all trainings at once, and the features of all models and of the reference. */
async function diskNeeds(config: DemeConfig, parameters: number, folder: string): Promise<BenchmarkDisk> {
  const {evaluate, decouple} = config;
  const trainings = planStages(config).filter(isTraining).length;
  const images = evaluate === undefined ? 0 : measuredCount(evaluate);
  const free = await freeBytes(folder);
  return {
    checkpoints: trainings * (decouple?.keepCheckpoints ?? 0) * checkpointBytes * parameters,
    models: (trainings + 1) * 4 * parameters,
    features:
      (runModels(config).length * images + (config.data?.test ?? 0)) *
      featureBytes *
      featureNames(evaluate?.features).length,
    free: Number.isFinite(free) ? free : null,
  };
}
