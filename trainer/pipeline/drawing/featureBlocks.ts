import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
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

/** What a network makes of images: vectors, and class scores where it has classes. */
export type BlockPart = 'features' | 'logits';

/** A block as it lies in its file. */
interface ReadBlock extends Record<BlockPart, Float32Array | null> {
  readonly network: FeatureNetworkRecord;
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
    /** Images of a block. */
    private readonly size: number,
  ) {}

  static async open(folder: string, count: number, size: number = featureBlock): Promise<FeatureBlocks> {
    const numbers = (await readdir(folder)).flatMap((file) => /^(\d+)\.safetensors$/.exec(file)?.[1] ?? []);
    return new FeatureBlocks(folder, count, new Set(numbers.map(Number)), size);
  }

  /** A share of the blocks, as the images in them; all shards together have every image once. */
  shard(index: number, shards: number): ImageSpan {
    return shardSpan(this.count, this.size, index, shards);
  }

  /** The images of blocks in a span that are not made yet. */
  missing([first, end]: ImageSpan): ImageSpan[] {
    const blocks = Array.from({length: this.#blocks}, (_, block) => this.#spanOf(block));
    return blocks.filter(([start], block) => first <= start && start < end && !this.made.has(block));
  }

  /** Whether an image is the last of its block. */
  isLast(index: number): boolean {
    return index + 1 === this.count || (index + 1) % this.size === 0;
  }

  /** Writes what each network made of the block with image `index`: vectors in the order of its images. */
  async write(index: number, features: readonly BlockFeatures[]): Promise<void> {
    const block = Math.floor(index / this.size);
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

  /** How many class scores a network made of each image; 0 where it has no classes. */
  async classes(name: string): Promise<number> {
    const [first, end] = this.#spanOf(0);
    const {logits} = await this.#read(0, name);
    return (logits?.length ?? 0) / (end - first);
  }

  /**
   * The bytes of all features of a network, or of its class scores, in the order of the images: `columns` numbers of each. Throws a UserError for a block
   * that is not as it was written.
   */
  async *bytes(name: string, columns: number, part: BlockPart = 'features'): AsyncGenerator<Uint8Array> {
    for (let block = 0; block < this.#blocks; block++) {
      const values = (await this.#read(block, name))[part];
      const [first, end] = this.#spanOf(block);
      if (values === null || values.length !== (end - first) * columns) throw damaged(this.#path(block));
      yield bytesOf(values);
    }
  }

  /** All features of a network in memory. */
  async rows({name, dimension}: FeatureNetworkRecord): Promise<FeatureRows> {
    const values = new Float32Array(this.count * dimension);
    let filled = 0;
    for await (const bytes of this.bytes(name, dimension)) {
      bytesOf(values).set(bytes, filled);
      filled += bytes.length;
    }
    return featureRows({values, count: this.count, dimension});
  }

  async #read(block: number, name: string): Promise<ReadBlock> {
    const set = await openFeaturesFile(this.#path(block), name);
    try {
      const valuesOf = (rows: FeatureRows | null) => {
        const values = rows && rowsFrom(rows).values;
        return values instanceof Float32Array ? values : null;
      };
      if (set.network === null) throw damaged(this.#path(block));
      return {network: set.network, features: valuesOf(set.features), logits: valuesOf(set.logits)};
    } finally {
      await set.close();
    }
  }

  get #blocks(): number {
    return Math.ceil(this.count / this.size);
  }

  #spanOf(block: number): ImageSpan {
    return [block * this.size, Math.min(this.count, (block + 1) * this.size)];
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
