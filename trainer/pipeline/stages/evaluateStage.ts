import {mkdir} from 'node:fs/promises';
import type {EvaluateConfig} from '../../contract/evaluateConfig.ts';
import type {LossRecord} from '../../contract/pipeline.ts';
import {heldOutBatch} from '../../data/batches.ts';
import {openData} from '../../data/openData.ts';
import {encodePng, imageGrid} from '../../data/png.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {heldOutDraws, heldOutLosses} from '../../evaluate/heldOut.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import type {Pretrained} from '../../models/pretrained.ts';
import type {Params} from '../../nn/params.ts';
import {ensemblePredict} from '../../sample/ensemble.ts';
import {modelPredict, type Predict} from '../../sample/predict.ts';
import {sampleImages} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/atomicFile.ts';
import {writeJsonAtomic} from '../../store/jsonFile.ts';
import {writeFeatures} from '../featureFile.ts';
import {loadBase, loadExperts, loadModelParams} from '../runModels.ts';
import {runPaths} from '../runPaths.ts';
import {runRanges} from '../runRanges.ts';
import {progress, warn, type StageContext, type StageOutcome} from '../stageContext.ts';

/** Measures one model on the test images: held-out losses, a sample grid, and the features of its samples. */
export async function evaluateStage(context: StageContext, model: string): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  await mkdir(runPaths.evaluation(context.run, model), {recursive: true});
  const base = await loadBase(context);
  const ranges = runRanges(context.resolved.config, base.schedule.timesteps);
  const weights =
    model === 'ensemble' ? (await loadExperts(context, base)).experts : [await loadModelParams(context, base, model)];
  const losses = await measureLosses(context, config, base, weights, ranges);
  await writeJsonAtomic(runPaths.losses(context.run, model), toRecord(losses));
  if ((await context.nextAction()) === 'stop') return 'stopped';
  const predict =
    model === 'ensemble'
      ? ensemblePredict(base.denoiser, weights, ranges)
      : modelPredict(base.denoiser, weights[0] ?? new Map());
  return drawSamples(context, config, base, predict, model);
}

async function measureLosses(
  context: StageContext,
  config: EvaluateConfig,
  base: Pretrained,
  weights: readonly Params[],
  ranges: readonly TimestepRange[],
): Promise<LossTable> {
  const {data} = context.resolved.config;
  if (data === undefined) throw new Error('an evaluation needs data');
  const {test} = await openData(data, context.resolved.folder, warn(context));
  const imageCount = Math.min(config.heldOut.images, test.size);
  const draws = heldOutDraws({
    imageCount,
    timestepsPerRange: config.heldOut.timesteps,
    ranges,
    seed: config.heldOut.seed,
  });
  const images = await heldOutBatch(
    test,
    Array.from({length: imageCount}, (_, i) => i),
  );
  const {denoiser, schedule} = base;
  const onProgress = progress(context, 'held-out draws');
  const request = {denoiser, schedule, draws, images, shape: test.shape, onProgress};
  const tables: LossTable[] = [];
  for (const [i, params] of weights.entries()) {
    tables.push(await heldOutLosses({...request, params, ...(weights.length > 1 && {onlyRanges: [i]})}));
  }
  return weights.length > 1 ? ensembleTable(tables) : (tables[0] as LossTable);
}

async function drawSamples(
  context: StageContext,
  config: EvaluateConfig,
  base: Pretrained,
  predict: Predict,
  model: string,
): Promise<StageOutcome> {
  const count = Math.max(config.grid, config.features === 'none' ? 0 : config.samples);
  if (count === 0) return 'done';
  const shape = sampleShape(context, base);
  const onProgress = progress(context, 'samples');
  const images = await sampleImages({
    predict,
    schedule: base.schedule,
    shape,
    count,
    ...config.sampling,
    onProgress,
    shouldStop: async () => (await context.nextAction()) === 'stop',
  });
  if (images === null) return 'stopped';
  if (config.grid > 0)
    await writeGrid(context, model, images.subarray(0, config.grid * shape[0] * shape[1] * shape[2]), shape);
  if (config.features !== 'none') await writeFeatures(runPaths.features(context.run, model), images, shape);
  return 'done';
}

async function writeGrid(
  context: StageContext,
  model: string,
  images: Float32Array,
  shape: readonly [number, number, number],
): Promise<void> {
  const count = images.length / (shape[0] * shape[1] * shape[2]);
  const grid = imageGrid(images, [count, ...shape], Math.ceil(Math.sqrt(count)));
  const file = runPaths.grid(context.run, model);
  await writeFileAtomic(file, encodePng(grid.pixels, grid.width, grid.height, grid.channels));
  context.emit({type: 'images', stage: context.stage, file});
}

/** Pixels of a sample: what the model config names, else the resolution of the data. */
function sampleShape(context: StageContext, base: Pretrained): [number, number, number] {
  const size = base.denoiser.sampleSize;
  if (size === null) throw new Error(`${context.stage}: the model config names no sample_size`);
  return [size[0], size[1], base.denoiser.outChannels];
}

function toRecord({ranges, images, timestepsPerRange, values}: LossTable): LossRecord {
  return {ranges: ranges.map(([low, high]) => [low, high]), images, timestepsPerRange, values: [...values]};
}

function requireEvaluate(context: StageContext): EvaluateConfig {
  const {evaluate} = context.resolved.config;
  if (evaluate === undefined) throw new Error(`${context.stage} needs an evaluate section`);
  return evaluate;
}
