import {mkdir} from 'node:fs/promises';
import {heldOutBatch} from '../../data/batches.ts';
import {openData} from '../../data/openData.ts';
import {writeFeatures} from './featureFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {warn, type StageContext, type StageOutcome} from './stageContext.ts';

/** Features of all test images: what Fréchet distance and KID compare samples with. */
export async function referenceStage(context: StageContext): Promise<StageOutcome> {
  const {data} = context.resolved.config;
  if (data === undefined) throw new Error('a reference needs data');
  const {test} = await openData(data, context.resolved.folder, warn(context));
  await mkdir(runPaths.evaluation(context.run, 'reference'), {recursive: true});
  const images = await heldOutBatch(
    test,
    Array.from({length: test.size}, (_, i) => i),
  );
  await writeFeatures(runPaths.features(context.run, 'reference'), images, test.shape);
  return 'done';
}
