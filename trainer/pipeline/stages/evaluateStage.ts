import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {keptImages, measuredCount, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {LossRecord} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {heldOutDraws, predictorLosses} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import {ensembleTable, type LossTable} from '../../evaluate/lossTable.ts';
import type {ImageShape} from '../../models/imageSpace.ts';
import {sampleImages, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openDrawingFolder} from '../drawing/drawingFolder.ts';
import {drawingOf, withDrawnModel, type DrawnModel} from '../drawing/drawnModel.ts';
import {drawnScores} from '../drawing/drawnScores.ts';
import {FeatureBlocks} from '../drawing/featureBlocks.ts';
import {packImages} from '../drawing/imageTar.ts';
import type {ImageTaker} from '../drawing/imageTakers.ts';
import {measureSpan, promptGridOf} from '../drawing/measuredImages.ts';
import {writeAllFeatures} from './featureFile.ts';
import {openNetworkData} from './data/networkData.ts';
import {sampleGrid} from '../../data/pictures/sampleGrid.ts';
import {orStop, progress, requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './data/stageData.ts';

/** Measures one model on the test images: held-out losses, a sample grid, and the features of its samples. */
export async function evaluateStage(context: StageContext, model: RunModel): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  const name = modelName(model);
  await context.watch.makeFolder(runPaths.evaluation(context.run, name));
  const folder = await openDrawingFolder(context, name);
  const {test} = await openStageData(context);
  await withDrawnModel(context, model, async (drawn) => {
    const losses = join(folder, 'losses.json');
    if (!(await fileExists(losses))) {
      await writeJsonAtomic(losses, toRecord(await measureLosses(context, config, drawn, test)));
    }
    await writeFileAtomic(runPaths.losses(context.run, name), await readFile(losses));
    await orStop(context);
    await drawSamples(context, config, await drawingOf(context, config, drawn, test), {name, folder});
  });
  return 'done';
}

async function measureLosses(
  context: StageContext,
  config: EvaluateConfig,
  {base, components, predictors, ranges}: DrawnModel,
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
 * Draws what is missing of the images that the grid shows and of those whose features are measured, which are not held. Where the config has
 * prompts, the grid has a row for each; else it shows the first of those that are measured.
 */
async function drawSamples(
  context: StageContext,
  config: EvaluateConfig,
  drawing: Omit<SampleImagesRequest, 'count'>,
  {name, folder}: {name: string; folder: string},
): Promise<void> {
  const {imageShape: shape} = drawing.space;
  const grid = join(folder, 'samples.png');
  const byPrompt = promptGridOf(config);
  if (byPrompt !== null && !(await fileExists(grid))) {
    const images = await sampleImages({...drawing, ...byPrompt, onProgress: progress(context, 'samples')});
    await writeFileAtomic(grid, sampleGrid(images, shape, byPrompt.perPrompt));
  }
  const others = config.grid > 0 && !(await fileExists(grid)) ? [gridTaker(config.grid, shape, grid)] : [];
  const blocks = await FeatureBlocks.open(folder, measuredCount(config));
  await measureSpan(context, {config, model: name, drawing, blocks, span: [0, blocks.count], others});
  const kept = keptImages(config);
  if (kept.tar) await packImages({run: context.run, model: name, count: blocks.count}, kept.folder);
  if (config.grid > 0) {
    const file = runPaths.grid(context.run, name);
    await writeFileAtomic(file, await readFile(grid));
    context.emit({type: 'images', stage: context.stage, file});
  }
  await writeAllFeatures(context.run, name, config, blocks);
  const scores = await drawnScores(config, blocks, drawing.text);
  if (Object.keys(scores).length > 0) await writeJsonAtomic(runPaths.scores(context.run, name), scores);
}

/** Keeps the first images until they make a grid. */
function gridTaker(count: number, shape: ImageShape, file: string): ImageTaker {
  const pixels = shape[0] * shape[1] * shape[2];
  const images = new Float32Array(count * pixels);
  return {
    needs: [[0, count]],
    async take(index, image) {
      images.set(image, index * pixels);
      if (index + 1 === count) await writeFileAtomic(file, sampleGrid(images, shape));
    },
  };
}

function toRecord({ranges, images, timestepsPerRange, values}: LossTable): LossRecord {
  return {ranges: ranges.map(([low, high]) => [low, high]), images, timestepsPerRange, values: [...values]};
}
