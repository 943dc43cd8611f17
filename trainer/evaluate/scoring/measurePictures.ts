import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {reasonOf, type EncodedImages} from '../../data/encodedSource.ts';
import {openPillowImage, type PillowImage} from '../../data/pictures/pillowImage.ts';
import {runNetwork, type FeatureNetwork} from '../featureNetwork.ts';
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

/** Pictures that are read and decoded together, while the ones before are in the networks. */
const chunk = 16;

/** One pass over pictures through several networks: what each makes of all of them, in their order. The caller closes the sets. */
export async function measurePictures(
  images: EncodedImages,
  networks: readonly FeatureNetwork[],
  {folder, source, signal, onProgress}: MeasureOptions,
): Promise<(ScoredSet & {close(): Promise<void>})[]> {
  const collectors = networks.map((network, i) => new Collector(network, join(folder, `${i}`)));
  const read = (first: number) =>
    Promise.all(Array.from({length: Math.min(chunk, images.size - first)}, (_, i) => openImage(images, first + i)));
  let next = read(0);
  for (let first = 0; first < images.size; first += chunk) {
    signal?.throwIfAborted();
    const pictures = await next;
    if (first + chunk < images.size) {
      next = read(first + chunk);
      // Its error is thrown where it is awaited.
      next.catch(() => undefined);
    }
    for (const collector of collectors) await collector.add(pictures);
    onProgress?.(Math.min(images.size, first + chunk), images.size);
  }
  return collectors.map((collector) => collector.finish(source));
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

  constructor(
    private readonly network: FeatureNetwork,
    private readonly path: string,
  ) {}

  async add(pictures: readonly PillowImage[]): Promise<void> {
    const {features, logits} = await runNetwork(this.network, pictures.map(this.network.prepare));
    this.#features ??= await FeatureStore.create(`${this.path}.features`, this.network.record.dimension);
    await this.#features.append(features);
    if (logits === undefined) return;
    this.#logits ??= await FeatureStore.create(`${this.path}.logits`, logits.length / pictures.length);
    await this.#logits.append(logits);
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
