import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {LossRecord} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {withFeatureNetwork} from '../../evaluate/featureNetworks.ts';
import {heldOutDraws, predictorLosses} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import type {Components} from '../../models/components.ts';
import {Predictor} from '../../models/predictor.ts';
import type {Pretrained} from '../../models/pretrained.ts';
import {ensemblePredict, modelPredict, type Predict} from '../../sample/predict.ts';
import {promptGrid} from '../../sample/prompts.ts';
import {sampleBatches, sampleImages, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {writeFeatures} from './featureFile.ts';
import {loadBase, loadBaseComponents, loadExperts, loadModelParams} from '../runModels.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {sampleGrid} from './sampleGrid.ts';
import {runPrompts} from './runPrompts.ts';
import {openNetworkData} from './networkData.ts';
import {orStop, progress, requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Measures one model on the test images: held-out losses, a sample grid, and the features of its samples. */
export async function evaluateStage(context: StageContext, model: RunModel): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  const name = modelName(model);
  await context.watch.makeFolder(runPaths.evaluation(context.run, name));
  const base = await loadBase(context);
  const ranges = await context.watch.ranges(base.schedule.timesteps);
  const weights =
    model.kind === 'ensemble'
      ? (await loadExperts(context, base)).experts
      : [await loadModelParams(context, base, model)];
  const {test} = await openStageData(context);
  const predictors = weights.map((params) => new Predictor(base.denoiser, params));
  const components = await loadBaseComponents(context, base);
  const losses = await measureLosses(context, config, {base, components, predictors, ranges}, test);
  await writeJsonAtomic(runPaths.losses(context.run, name), toRecord(losses));
  await orStop(context);
  const answers = predictors.map((predictor) => modelPredict(predictor));
  const predict = model.kind === 'ensemble' ? ensemblePredict(answers, ranges) : (answers[0] as Predict);
  const text = runPrompts(context, components, test, config.sampling);
  const space = components.spaceOf(components.imageShape ?? test.shape);
  return drawSamples(context, config, {predict, schedule: base.schedule, space, text}, name);
}

interface Measured {
  readonly base: Pretrained;
  readonly components: Components;
  readonly predictors: readonly Predictor[];
  readonly ranges: readonly TimestepRange[];
}

async function measureLosses(
  context: StageContext,
  config: EvaluateConfig,
  {base, components, predictors, ranges}: Measured,
  test: ImageSource,
): Promise<LossTable> {
  const imageCount = Math.min(config.heldOut.images, test.size);
  const {timesteps, seed} = config.heldOut;
  const draws = heldOutDraws({imageCount, timestepsPerRange: timesteps, ranges, seed});
  const need = {what: 'test images', images: imageCount, forTraining: false};
  const images = await heldOutImages(await openNetworkData(context, components, test, need), imageCount, seed);
  const onProgress = progress(context, 'held-out draws');
  const request = {schedule: base.schedule, draws, ...images, onProgress};
  const tables: LossTable[] = [];
  for (const [i, predictor] of predictors.entries()) {
    tables.push(await predictorLosses(predictor, {...request, ...(predictors.length > 1 && {onlyRanges: [i]})}));
  }
  return predictors.length > 1 ? ensembleTable(tables) : (tables[0] as LossTable);
}

/**
 * Draws the images that the grid shows, and those whose features are measured, which are not held. Where the config has prompts, the grid has a
 * row for each; else it shows the first of those that are measured.
 */
async function drawSamples(
  context: StageContext,
  config: EvaluateConfig,
  sampled: Pick<SampleImagesRequest, 'predict' | 'schedule' | 'space' | 'text'>,
  model: string,
): Promise<StageOutcome> {
  const measured = config.features === 'none' ? 0 : config.samples;
  const shape = sampled.space.imageShape;
  const pixels = shape[0] * shape[1] * shape[2];
  const request = {
    ...sampled,
    ...config.sampling,
    onProgress: progress(context, 'samples'),
    beforeBatch: () => orStop(context),
  };
  const {prompts} = config.sampling;
  const byPrompt = prompts && config.grid > 0 ? promptGrid(prompts, config.grid) : null;
  const grid = byPrompt ? await sampleImages({...request, ...byPrompt}) : new Float32Array(config.grid * pixels);
  const batches = sampleBatches({...request, count: byPrompt ? measured : Math.max(config.grid, measured)});
  if (measured > 0) {
    const kept = byPrompt ? new Float32Array(0) : grid;
    const images = {batches: firstInto(kept, batches, measured * pixels), count: measured, shape};
    await withFeatureNetwork(config.features, (network) => writeFeatures(context.run, model, network, images));
  } else {
    for await (const _ of firstInto(grid, batches, 0));
  }
  if (config.grid > 0) await writeGrid(context, model, grid, shape, byPrompt?.perPrompt);
  return 'done';
}

/** Keeps the first numbers in `kept`, as many as fit, and passes on the first `count`. */
async function* firstInto(
  kept: Float32Array,
  batches: AsyncIterable<Float32Array>,
  count: number,
): AsyncGenerator<Float32Array> {
  let position = 0;
  for await (const batch of batches) {
    const room = kept.subarray(position);
    room.set(batch.subarray(0, room.length));
    yield batch.subarray(0, Math.max(0, count - position));
    position += batch.length;
  }
}

async function writeGrid(
  context: StageContext,
  model: string,
  images: Float32Array,
  shape: readonly [number, number, number],
  columns?: number,
): Promise<void> {
  const file = runPaths.grid(context.run, model);
  await writeFileAtomic(file, sampleGrid(images, shape, columns));
  context.emit({type: 'images', stage: context.stage, file});
}

function toRecord({ranges, images, timestepsPerRange, values}: LossTable): LossRecord {
  return {ranges: ranges.map(([low, high]) => [low, high]), images, timestepsPerRange, values: [...values]};
}
