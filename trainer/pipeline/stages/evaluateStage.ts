import {mkdir} from 'node:fs/promises';
import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {LossRecord} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {heldOutDraws, predictorLosses} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import {Predictor} from '../../models/predictor.ts';
import type {Pretrained} from '../../models/pretrained.ts';
import {ensemblePredict} from '../../sample/ensemble.ts';
import {modelPredict} from '../../sample/predict.ts';
import {sampleImages, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {writeFeatures} from './featureFile.ts';
import {loadBase, loadExperts, loadModelParams} from '../runModels.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {runRanges} from '../runRanges.ts';
import {sampleGrid} from './sampleGrid.ts';
import {progress, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Measures one model on the test images: held-out losses, a sample grid, and the features of its samples. */
export async function evaluateStage(context: StageContext, model: RunModel): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  const name = modelName(model);
  await mkdir(runPaths.evaluation(context.run, name), {recursive: true});
  const base = await loadBase(context);
  const ranges = await runRanges(context.run, context.resolved, base.schedule.timesteps);
  const weights =
    model.kind === 'ensemble'
      ? (await loadExperts(context, base)).experts
      : [await loadModelParams(context, base, model)];
  const test = (await openStageData(context)).test;
  const predictors = weights.map((params) => new Predictor(base.denoiser, params));
  const losses = await measureLosses(context, config, base, predictors, ranges, test);
  await writeJsonAtomic(runPaths.losses(context.run, name), toRecord(losses));
  if ((await context.nextAction()) === 'stop') return 'stopped';
  const predict =
    model.kind === 'ensemble' ? ensemblePredict(predictors, ranges) : modelPredict(predictors[0] as Predictor);
  const space = base.spaceOf(base.imageShape ?? test.shape);
  return drawSamples(context, config, {predict, schedule: base.schedule, space}, name);
}

async function measureLosses(
  context: StageContext,
  config: EvaluateConfig,
  base: Pretrained,
  predictors: readonly Predictor[],
  ranges: readonly TimestepRange[],
  test: ImageSource,
): Promise<LossTable> {
  const imageCount = Math.min(config.heldOut.images, test.size);
  const {timesteps, seed} = config.heldOut;
  const draws = heldOutDraws({imageCount, timestepsPerRange: timesteps, ranges, seed});
  const images = await heldOutImages(test, imageCount, base.spaceOf(test.shape), seed);
  const onProgress = progress(context, 'held-out draws');
  const request = {schedule: base.schedule, draws, ...images, onProgress};
  const tables: LossTable[] = [];
  for (const [i, predictor] of predictors.entries()) {
    tables.push(await predictorLosses(predictor, {...request, ...(predictors.length > 1 && {onlyRanges: [i]})}));
  }
  return predictors.length > 1 ? ensembleTable(tables) : (tables[0] as LossTable);
}

async function drawSamples(
  context: StageContext,
  config: EvaluateConfig,
  sampled: Pick<SampleImagesRequest, 'predict' | 'schedule' | 'space'>,
  model: string,
): Promise<StageOutcome> {
  const measured = config.features === 'none' ? 0 : config.samples;
  const count = Math.max(config.grid, measured);
  if (count === 0) return 'done';
  const shouldStop = async () => (await context.nextAction()) === 'stop';
  const onProgress = progress(context, 'samples');
  const images = await sampleImages({...sampled, ...config.sampling, count, onProgress, shouldStop});
  if (images === null) return 'stopped';
  const shape = sampled.space.imageShape;
  const first = (number: number) => images.subarray(0, number * shape[0] * shape[1] * shape[2]);
  if (config.grid > 0) await writeGrid(context, model, first(config.grid), shape);
  if (measured > 0) await writeFeatures(runPaths.features(context.run, model), first(measured), shape);
  return 'done';
}

async function writeGrid(
  context: StageContext,
  model: string,
  images: Float32Array,
  shape: readonly [number, number, number],
): Promise<void> {
  const file = runPaths.grid(context.run, model);
  await writeFileAtomic(file, sampleGrid(images, shape));
  context.emit({type: 'images', stage: context.stage, file});
}

function toRecord({ranges, images, timestepsPerRange, values}: LossTable): LossRecord {
  return {ranges: ranges.map(([low, high]) => [low, high]), images, timestepsPerRange, values: [...values]};
}

function requireEvaluate(context: StageContext): EvaluateConfig {
  const {evaluate} = context.resolved.config;
  if (evaluate === undefined) throw new Error(`${context.stage} needs an evaluate section`);
  return evaluate;
}
