import {join} from 'node:path';
import {collectFeatures, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {sampleBatches, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {FeatureBlocks} from '../drawing/featureBlocks.ts';
import {orStop, type StageContext} from '../stages/stageContext.ts';
import type {ImageCount} from './imageCount.ts';
import type {MergeLab} from './mergeLab.ts';

/** A merge whose images are wanted. */
export interface NamedMerge {
  /** The same for the same weights, and for no others. */
  readonly name: string;
  /** Makes its weights, which are disposed of once the images are drawn. */
  params(): Params;
}

export interface MergeImagesSettings {
  readonly context: StageContext;
  readonly lab: MergeLab;
  readonly network: FeatureNetwork;
  readonly drawing: Omit<SampleImagesRequest, 'count'>;
  /** Where features are kept. */
  readonly folder: string;
  /** Images drawn at once at least: a multiple of the sampling batch. */
  readonly block: number;
  readonly count: ImageCount;
}

/**
 * Draws images of merges, all from the same noise by (seed, number of the image), and keeps their features block by block, so that more images of a
 * merge, or a later process, go on from those that are there.
 */
export class MergeImages {
  constructor(private readonly settings: MergeImagesSettings) {}

  /** The features of the first `images` images of a merge. Throws `Stopped`. */
  async features(merge: NamedMerge, images: number, seed: number): Promise<FeatureRows> {
    const {context, network, folder, block, count} = this.settings;
    const own = join(folder, String(seed), hashBytes(merge.name));
    await context.watch.makeFolder(own);
    const blocks = await FeatureBlocks.open(own, images, block);
    if (blocks.missing([0, images]).length > 0) await this.#draw(merge, seed, blocks);
    count.reach(seriesOf(merge, seed), images);
    return blocks.rows(network.record);
  }

  async #draw(merge: NamedMerge, seed: number, blocks: FeatureBlocks): Promise<void> {
    const {context, lab, network, drawing, count} = this.settings;
    const params = merge.params();
    lab.predictor.load(params);
    try {
      for (const span of blocks.missing([0, blocks.count])) {
        const [first, end] = span;
        count.reach(seriesOf(merge, seed), first);
        const batches = sampleBatches({
          ...drawing,
          seed,
          count: end,
          span,
          onProgress: (position) => count.during(Math.max(0, position - first)),
          beforeBatch: () => orStop(context),
        });
        const {values} = await collectFeatures(network, batches, drawing.space.imageShape);
        await blocks.write(first, [{network: network.record, values}]);
      }
    } finally {
      disposeParams(params);
    }
  }
}

/** What the images of a merge with a seed are counted under. */
export function seriesOf({name}: Pick<NamedMerge, 'name'>, seed: number): string {
  return `${seed} ${name}`;
}
