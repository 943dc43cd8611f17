import type {ImageSource} from '../../data/dataset.ts';
import {sourceBatches, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';
import {orStop, progress, type StageContext} from '../stages/stageContext.ts';
import {blockTaker} from './blockTaker.ts';
import {FeatureBlocks} from './featureBlocks.ts';
import {giveImages} from './imageTakers.ts';
import {makeFolders} from '../../store/files/makeFolders.ts';

/** What networks make of the images of a part of the data, of which blocks that lie in `folder` are made already. */
export async function measureSource(
  context: StageContext,
  source: ImageSource,
  {folder, networks}: {readonly folder: string; readonly networks: readonly FeatureNetwork[]},
): Promise<FeatureBlocks> {
  makeFolders(folder);
  const {shape, size} = source;
  const blocks = await FeatureBlocks.open(folder, size);
  const taker = blockTaker(blocks, [0, size], {networks, shape});
  await giveImages({shape, batches: (span) => imagesIn(context, source, span)}, [taker]);
  return blocks;
}

async function* imagesIn(context: StageContext, source: ImageSource, span: ImageSpan): AsyncGenerator<Float32Array> {
  const report = progress(context, 'reference images');
  let done = span[0];
  for await (const images of sourceBatches(source, span)) {
    await orStop(context);
    yield images;
    done += images.length / (source.shape[0] * source.shape[1] * source.shape[2]);
    report(done, source.size);
  }
}
