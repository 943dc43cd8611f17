import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {concatenate} from '../../concatenate.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {featureBlock} from '../../evaluate/featureNetwork.ts';
import {featureRows, rowsFrom, type FeatureRows, type FeatureSet} from '../../evaluate/featureRows.ts';
import {openFeaturesFile, writeFeaturesFile} from '../../evaluate/scoring/featuresFile.ts';
import type {ImageSpan} from '../../sample/sampleImages.ts';
import {shardSpan} from '../../sample/shardSpan.ts';
import {bytesOf} from '../../store/weights/dtype.ts';

/** What a network made of the images of a block: [n, dimension]. */
export interface BlockFeatures extends Pick<FeatureSet, 'values'> {
  readonly network: FeatureNetworkRecord;
  /** Its class scores [n, classes], where it has classes. */
  readonly logits?: FeatureSet | null;
}

/** A block as it lies in its file. */
interface ReadBlock {
  readonly network: FeatureNetworkRecord;
  readonly values: Float32Array;
  readonly logits: Float32Array | null;
}

/**
 * The features of a series of images while it is worked through, in a folder with a file for each block of images. Blocks may be made in any order and
 * by several processes; a file is written once its block is whole.
 */
export class FeatureBlocks {
  private constructor(
    readonly folder: string,
    /** Images of the series. */
    readonly count: number,
    private readonly made: Set<number>,
  ) {}

  static async open(folder: string, count: number): Promise<FeatureBlocks> {
    const numbers = (await readdir(folder)).flatMap((file) => /^(\d+)\.safetensors$/.exec(file)?.[1] ?? []);
    return new FeatureBlocks(folder, count, new Set(numbers.map(Number)));
  }

  /** A share of the blocks, as the images in them; all shards together have every image once. */
  shard(index: number, shards: number): ImageSpan {
    return shardSpan(this.count, featureBlock, index, shards);
  }

  /** The images of blocks in a span that are not made yet. */
  missing([first, end]: ImageSpan): ImageSpan[] {
    const blocks = Array.from({length: this.#blocks}, (_, block) => this.#spanOf(block));
    return blocks.filter(([start], block) => first <= start && start < end && !this.made.has(block));
  }

  /** Whether an image is the last of its block. */
  isLast(index: number): boolean {
    return index + 1 === this.count || (index + 1) % featureBlock === 0;
  }

  /** Writes what each network made of the block with image `index`: vectors in the order of its images. */
  async write(index: number, features: readonly BlockFeatures[]): Promise<void> {
    const block = Math.floor(index / featureBlock);
    const [first, end] = this.#spanOf(block);
    const sets = features.map(({network, values, logits}) => {
      if (values.length !== (end - first) * network.dimension) throw new Error(`${values.length} numbers of features`);
      const rows = featureRows({values, count: end - first, dimension: network.dimension});
      return {network, features: rows, logits: logits ? featureRows(logits) : null};
    });
    await writeFeaturesFile(this.#path(block), sets);
    this.made.add(block);
  }

  /** The record of a network, as the first block has it. */
  async network(name: string): Promise<FeatureNetworkRecord> {
    const {network} = await this.#read(0, name);
    return network;
  }

  /** The bytes of all features of a network, in the order of the images. Throws a UserError for a block that is not as it was written. */
  async *bytes({name, dimension}: FeatureNetworkRecord): AsyncGenerator<Uint8Array> {
    for (let block = 0; block < this.#blocks; block++) {
      const {values} = await this.#read(block, name);
      const [first, end] = this.#spanOf(block);
      if (values.length !== (end - first) * dimension) throw damaged(this.#path(block));
      yield bytesOf(values);
    }
  }

  /** All that a network made of the images, in memory. */
  async whole(name: string): Promise<{features: FeatureRows; logits: FeatureSet | null}> {
    const read = await Promise.all(Array.from({length: this.#blocks}, (_, block) => this.#read(block, name)));
    const [first] = read;
    const dimension = first?.network.dimension ?? 0;
    const values = concatenate(
      Float32Array,
      read.map((block) => block.values),
    );
    const logits = concatenate(
      Float32Array,
      read.flatMap((block) => block.logits ?? []),
    );
    const {count} = this;
    return {
      features: featureRows({values, count, dimension}),
      logits: logits.length > 0 ? {values: logits, count, dimension: logits.length / count} : null,
    };
  }

  async #read(block: number, name: string): Promise<ReadBlock> {
    const set = await openFeaturesFile(this.#path(block), name);
    try {
      const values = set.features && rowsFrom(set.features).values;
      if (set.network === null || !(values instanceof Float32Array)) throw damaged(this.#path(block));
      const logits = set.logits && rowsFrom(set.logits).values;
      return {network: set.network, values, logits: logits instanceof Float32Array ? logits : null};
    } finally {
      await set.close();
    }
  }

  get #blocks(): number {
    return Math.ceil(this.count / featureBlock);
  }

  #spanOf(block: number): ImageSpan {
    return [block * featureBlock, Math.min(this.count, (block + 1) * featureBlock)];
  }

  #path(block: number): string {
    return join(this.folder, `${block}.safetensors`);
  }
}

function damaged(where: string): UserError {
  return new UserError('features-invalid', 'This file does not hold the features of its images.', {
    where,
    hint: 'Delete it and resume the run.',
  });
}
