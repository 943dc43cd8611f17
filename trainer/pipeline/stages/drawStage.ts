import {measuredCount} from '../../contract/config/evaluateConfig.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import {openDrawingFolder} from '../drawing/drawingFolder.ts';
import {drawingOf, withDrawnModel} from '../drawing/drawnModel.ts';
import {FeatureBlocks} from '../drawing/featureBlocks.ts';
import {measureSpan} from '../drawing/measuredImages.ts';
import {requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './data/stageData.ts';

/** Draws and measures a part of the images that the evaluation of a model needs; several may run at once. */
export async function drawStage(context: StageContext, model: RunModel, shard: number): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  const name = modelName(model);
  const blocks = await FeatureBlocks.open(await openDrawingFolder(context, name), measuredCount(config));
  const span = blocks.shard(shard, config.shards ?? 1);
  if (blocks.missing(span).length === 0) return 'done';
  const {test} = await openStageData(context);
  await withDrawnModel(context, model, async (drawn) => {
    const drawing = await drawingOf(context, config, drawn, test);
    await measureSpan(context, {config, model: name, drawing, blocks, span});
  });
  return 'done';
}
