import {mkdir} from 'node:fs/promises';
import {heldOutBatch} from '../../data/batches.ts';
import {writeFeatures} from './featureFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Features of all test images: what Fréchet distance and KID compare samples with. */
export async function referenceStage(context: StageContext): Promise<StageOutcome> {
  const {test} = await openStageData(context);
  await mkdir(runPaths.evaluation(context.run, 'reference'), {recursive: true});
  const images = await heldOutBatch(
    test,
    Array.from({length: test.size}, (_, i) => i),
  );
  await writeFeatures(runPaths.features(context.run, 'reference'), images, test.shape);
  return 'done';
}
