import {
  featureBlock,
  sampleCollector,
  type FeatureCollector,
  type FeatureNetwork,
} from '../../evaluate/featureNetwork.ts';
import type {ImageShape} from '../../models/imageSpace.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';
import {type BlockFeatures, type FeatureBlocks} from './featureBlocks.ts';
import type {ImageTaker} from './imageTakers.ts';

/** What is made of the images of a series. */
export interface BlockWork {
  readonly networks: readonly FeatureNetwork[];
  readonly shape: ImageShape;
  /** Keeps an image before its block counts as made. */
  readonly keep?: (index: number, image: Float32Array) => Promise<void>;
}

/** Makes the blocks of a span that are missing. Throws a UserError where a network does not take such images. */
export function blockTaker(blocks: FeatureBlocks, span: ImageSpan, {networks, shape, keep}: BlockWork): ImageTaker {
  const collectors = networks.map((network) => sampleCollector(network, shape));
  return {needs: blocks.missing(span), take: blockMaker(blocks, collectors, keep)};
}

/** Takes the images of missing blocks one by one, in order, and writes each block once its last image is there. */
export function blockMaker<Image>(
  blocks: FeatureBlocks,
  collectors: readonly FeatureCollector<Image>[],
  keep?: (index: number, image: Image) => Promise<void>,
): (index: number, image: Image) => Promise<void> {
  for (const {network} of collectors) {
    if (featureBlock % network.batch !== 0) throw new Error(`${network.record.name} takes ${network.batch} images`);
  }
  return async (index, image) => {
    for (const collector of collectors) await collector.add(image);
    await keep?.(index, image);
    if (!blocks.isLast(index)) return;
    const features: BlockFeatures[] = [];
    for (const collector of collectors) {
      const {
        features: {values},
        logits,
      } = await collector.collected();
      features.push({network: collector.network.record, values, logits});
    }
    await blocks.write(index, features);
  };
}
