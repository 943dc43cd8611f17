import {concatenate} from '../../concatenate.ts';
import {runNetwork, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
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
    network.requireShape(shape);
    if (blockSize % network.batch !== 0) throw new Error(`${network.record.name} takes ${network.batch} images`);
  }
  const collectors = networks.map((network) => new RowCollector(network, shape));
  return {
    needs: blocks.missing(span),
    async take(index, image) {
      for (const collector of collectors) await collector.add(image);
      await keep?.(index, image);
      if (!blocks.isLast(index)) return;
      const features: BlockFeatures[] = [];
      for (const collector of collectors) features.push(await collector.features());
      await blocks.write(index, features);
    },
  };
}

/** What a network makes of the images of a block, in batches that begin with the block. */
class RowCollector {
  #prepared: Float32Array[] = [];
  #rows: Float32Array[] = [];

  constructor(
    private readonly network: FeatureNetwork,
    private readonly shape: ImageShape,
  ) {}

  async add(image: Float32Array): Promise<void> {
    this.#prepared.push(this.network.prepareSample(image, this.shape));
    if (this.#prepared.length === this.network.batch) await this.#run();
  }

  async features(): Promise<BlockFeatures> {
    if (this.#prepared.length > 0) await this.#run();
    const values = concatenate(Float32Array, this.#rows);
    this.#rows = [];
    return {network: this.network.record, values};
  }

  async #run(): Promise<void> {
    this.#rows.push((await runNetwork(this.network, this.#prepared)).features);
    this.#prepared = [];
  }
}
