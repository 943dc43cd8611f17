import {FeatureCollector, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {ImageShape} from '../../models/imageSpace.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';
import {blockSize, type BlockFeatures, type FeatureBlocks} from './featureBlocks.ts';
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
  for (const network of networks) {
    if (blockSize % network.batch !== 0) throw new Error(`${network.record.name} takes ${network.batch} images`);
  }
  const collectors = networks.map((network) => new FeatureCollector(network, shape));
  return {
    needs: blocks.missing(span),
    async take(index, image) {
      for (const collector of collectors) await collector.add(image);
      await keep?.(index, image);
      if (!blocks.isLast(index)) return;
      const features: BlockFeatures[] = [];
      for (const collector of collectors) {
        const {values} = await collector.features();
        features.push({network: collector.network.record, values});
      }
      await blocks.write(index, features);
    },
  };
}
