import {sourceBatches} from '../../evaluate/featureNetwork.ts';
import {withFeatureNetwork} from '../../evaluate/featureNetworks.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {writeFeatures} from './featureFile.ts';
import {requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Features of all test images: what Fréchet distance and KID compare samples with. */
export async function referenceStage(context: StageContext): Promise<StageOutcome> {
  const {test} = await openStageData(context);
  await context.watch.makeFolder(runPaths.evaluation(context.run, 'reference'));
  const images = {batches: sourceBatches(test), count: test.size, shape: test.shape};
  await withFeatureNetwork(requireEvaluate(context).features, (network) =>
    writeFeatures(context.run, 'reference', network, images),
  );
  return 'done';
}
