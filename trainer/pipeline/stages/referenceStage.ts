import {featureNames} from '../../contract/config/evaluateConfig.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {sourceBatches} from '../../evaluate/featureNetwork.ts';
import {withFeatureNetworks} from '../../evaluate/featureNetworks.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {blockTaker} from '../drawing/blockTaker.ts';
import {openDrawingFolder} from '../drawing/drawingFolder.ts';
import {FeatureBlocks} from '../drawing/featureBlocks.ts';
import {giveImages} from '../drawing/imageTakers.ts';
import {writeAllFeatures} from './featureFile.ts';
import {orStop, progress, requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './data/stageData.ts';

/** Features of all test images: what Fréchet distance and KID compare samples with. */
export async function referenceStage(context: StageContext): Promise<StageOutcome> {
  const {features, keep} = requireEvaluate(context);
  const {test} = await openStageData(context);
  await context.watch.makeFolder(runPaths.evaluation(context.run, 'reference'));
  const blocks = await FeatureBlocks.open(await openDrawingFolder(context, 'reference'), test.size);
  await withFeatureNetworks(featureNames(features), async (networks) => {
    const {shape} = test;
    const taker = blockTaker(blocks, [0, test.size], {networks, shape});
    await giveImages({shape, batches: (span) => imagesIn(context, test, span)}, [taker]);
  });
  await writeAllFeatures(context.run, 'reference', {features, keep}, blocks);
  return 'done';
}

async function* imagesIn(context: StageContext, test: ImageSource, span: ImageSpan): AsyncGenerator<Float32Array> {
  const report = progress(context, 'reference images');
  let done = span[0];
  for await (const images of sourceBatches(test, span)) {
    await orStop(context);
    yield images;
    done += images.length / (test.shape[0] * test.shape[1] * test.shape[2]);
    report(done, test.size);
  }
}
