import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {reasonOf, type EncodedImages} from '../../data/encodedSource.ts';
import {openPillowImage, type PillowImage} from '../../data/pictures/pillowImage.ts';
import {featureBlock, FeatureCollector, type FeatureNetwork} from '../featureNetwork.ts';
import {statisticsOf} from '../featureStatistics.ts';
import {FeatureStore} from './featureStore.ts';
import type {ScoredSet} from './scoredSet.ts';

export interface MeasureOptions {
  /** An empty folder for the features while they are needed. */
  readonly folder: string;
  readonly source: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Numbers of pictures: of the first, and after the last. */
type ImageSpan = readonly [first: number, end: number];

/** Pictures that are read and decoded together, while the ones before are in the networks. */
const chunk = 16;

/** One pass over pictures through several networks: what each makes of all of them, in their order. The caller closes the sets. */
export async function measurePictures(
  images: EncodedImages,
  networks: readonly FeatureNetwork[],
  {folder, source, signal, onProgress}: MeasureOptions,
): Promise<(ScoredSet & {close(): Promise<void>})[]> {
  const collectors = networks.map((network, i) => new Collector(network, join(folder, `${i}`)));
  let done = 0;
  for await (const pictures of decodedPictures(images)) {
    signal?.throwIfAborted();
    for (const collector of collectors) await collector.add(pictures);
    done += pictures.length;
    if (done % featureBlock === 0 || done === images.size) for (const collector of collectors) await collector.flush();
    onProgress?.(done, images.size);
  }
  return collectors.map((collector) => collector.finish(source));
}

/** Pictures in order, those of a span or all, a few at a time; the next ones are decoded meanwhile. Throws a UserError for one that cannot be. */
export async function* decodedPictures(
  images: EncodedImages,
  [start, end]: ImageSpan = [0, images.size],
): AsyncGenerator<PillowImage[]> {
  const read = (first: number) =>
    Promise.all(Array.from({length: Math.min(chunk, end - first)}, (_, i) => openImage(images, first + i)));
  let next = read(start);
  for (let first = start; first < end; first += chunk) {
    const pictures = await next;
    if (first + chunk < end) {
      next = read(first + chunk);
      // Its error is thrown where it is awaited.
      next.catch(() => undefined);
    }
    yield pictures;
  }
}

async function openImage(images: EncodedImages, index: number): Promise<PillowImage> {
  try {
    return await openPillowImage(await images.bytes(index));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('image-corrupt', `This image cannot be decoded: ${reasonOf(error)}.`, {
      where: images.name(index),
      hint: 'Repair or remove it: scores of fewer images are other scores.',
      cause: error,
    });
  }
}

/** The outputs of one network in files. */
class Collector {
  #features: FeatureStore | null = null;
  #logits: FeatureStore | null = null;
  readonly #outputs: FeatureCollector<PillowImage>;

  constructor(
    private readonly network: FeatureNetwork,
    private readonly path: string,
  ) {
    this.#outputs = new FeatureCollector(network, network.prepare);
  }

  async add(pictures: readonly PillowImage[]): Promise<void> {
    for (const picture of pictures) await this.#outputs.add(picture);
  }

  /** Writes what there is. */
  async flush(): Promise<void> {
    const {features, logits} = await this.#outputs.collected();
    this.#features ??= await FeatureStore.create(`${this.path}.features`, features.dimension);
    await this.#features.append(features.values);
    if (logits === null) return;
    this.#logits ??= await FeatureStore.create(`${this.path}.logits`, logits.dimension);
    await this.#logits.append(logits.values);
  }

  finish(source: string): ScoredSet & {close(): Promise<void>} {
    const [features, logits] = [this.#features, this.#logits];
    if (features === null) throw new Error('no pictures were measured');
    return {
      source,
      network: this.network.record,
      count: features.count,
      features,
      logits,
      statistics: () => statisticsOf(features),
      async close() {
        await features.close();
        await logits?.close();
      },
    };
  }
}
