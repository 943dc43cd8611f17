import {join, resolve, sep} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type {CaptionSettings, DataConfig} from '../../../contract/config/dataConfig.ts';
import {UserError} from '../../../contract/errors.ts';
import {captionsOf, type Captions} from '../../../data/captions/drawCaption.ts';
import type {ImageSource} from '../../../data/dataset.ts';
import {fingerprintOf} from '../../../data/fingerprint.ts';
import {pixelRows, type ImageRows} from '../../../data/imageRows.ts';
import type {RowsOrder, TableOrder} from '../../../data/rowsOrder.ts';
import type {TextRows} from '../../../data/textRows.ts';
import type {HeldOutSource} from '../../../evaluate/heldOutImages.ts';
import type {Components} from '../../../models/components.ts';
import type {ImageSpace} from '../../../models/imageSpace.ts';
import type {TextConditioner} from '../../../models/clip/textConditioner.ts';
import {cacheFolder} from '../../../store/files/cacheFolder.ts';
import {freeBytes} from '../../../store/files/freeSpace.ts';
import {hashBytes} from '../../../store/hashes/sha256.ts';
import {fillTables, RowTable} from '../../../store/table/rowTable.ts';
import {jointStamp} from '../../graph/stageFacts.ts';
import {keptTexts} from './keptTexts.ts';
import {note, orStop, progress, type StageContext} from '../stageContext.ts';

/** What is taken of a part of the data. */
export interface DataNeed {
  /** As in `training images`. */
  readonly what: string;
  /** The first so many images. */
  readonly images: number;
  /** Whether they are drawn for a training: also mirrored or cropped at random as the config says, and with any of their captions. */
  readonly forTraining: boolean;
}

/** Images and texts, and for those of a training how another thread reads them; null where that would need the engine. */
export interface NetworkData extends HeldOutSource {
  readonly space: ImageSpace;
  readonly order: RowsOrder | null;
}

/**
 * The images of a part of the data, and their texts, as a network takes them. Where it works on latents or takes texts, these are computed
 * once and kept on disk, unless the config says otherwise: what is needed and missing is computed here, with progress. Throws `Stopped`,
 * and a UserError where the disk has no room.
 */
export async function openNetworkData(
  context: StageContext,
  components: Components,
  source: ImageSource,
  need: DataNeed,
): Promise<NetworkData> {
  const {data} = context.resolved.config;
  if (data === undefined) throw new Error('there is no data');
  const space = components.spaceOf(source.shape);
  const captions = captionsOfRun(context, source);
  const {cache = {dtype: 'F32'}} = data;
  const {text} = components;
  if (cache === false || (space.hash === null && text === null)) {
    const images = encodedRows(source, space, components);
    const needsEngine = space.hash !== null || text !== null;
    const order = needsEngine ? null : orderOf(context, data, source, {tables: null, texts: null});
    return {images, texts: text && {captions, rows: textRows(text)}, space, order: need.forTraining ? order : null};
  }
  const tables = new NetworkTables(context, data, cache);
  const {images, tables: imageTables} = tables.images(source, space, components, need);
  const given = text && (await tables.texts(text, captions, source, need));
  await tables.fill();
  const kept = {tables: imageTables ?? null, texts: given && {missing: missingCaptions(context), ...given.kept}};
  const order = need.forTraining && imageTables !== undefined ? orderOf(context, data, source, kept) : null;
  return {images, texts: given && {captions, rows: given.rows}, space, order};
}

/** Whether all that a training reads of autoencoder and text encoder is on disk once its data is open. */
export function keepsEncoded(data: DataConfig | undefined): boolean {
  return data !== undefined && data.cache !== false && !isCroppedAnew(data);
}

function isCroppedAnew(data: DataConfig): boolean {
  return 'crop' in data && data.crop === 'random';
}

function orderOf(
  {resolved: {folder}}: StageContext,
  data: DataConfig,
  {fingerprint}: ImageSource,
  kept: Pick<RowsOrder, 'tables' | 'texts'>,
): RowsOrder {
  return {data, folder, fingerprint, ...kept};
}

/** The captions of a part of the data, where those that are missing are treated as the config says. */
export function captionsOfRun(context: StageContext, source: ImageSource): Captions {
  return captionsOf(source, {missing: missingCaptions(context)});
}

function missingCaptions({resolved}: StageContext): CaptionSettings['missing'] {
  const {data} = resolved.config;
  const settings = data && 'captions' in data ? data.captions : undefined;
  return settings && 'missing' in settings ? settings.missing : 'stop';
}

/** Rows that are computed whenever they are read, each by itself: so they do not depend on what else is in a batch. */
function encodedRows(source: ImageSource, space: ImageSpace, components: Components): ImageRows {
  const pixels = pixelRows(source);
  if (space.hash === null) return pixels;
  return {
    size: source.size,
    fingerprint: source.fingerprint,
    shape: space.rowShape,
    read: async (index, draw) => {
      const row = await pixels.read(index, draw);
      await components.load(['encoder']);
      return row && valuesOf(tf.tidy(() => space.rows(tf.tensor4d(row, [1, ...source.shape]))));
    },
  };
}

function textRows(text: TextConditioner): TextRows {
  const read = async (caption: string) => {
    await text.load();
    return valuesOf(text.encode([caption]));
  };
  return {shape: text.shape, read};
}

async function valuesOf(tensor: tf.Tensor): Promise<Float32Array> {
  return tensor.data<'float32'>().finally(() => tensor.dispose());
}

/** The tables of a part of the data. */
class NetworkTables {
  readonly #needed: {readonly table: RowTable; readonly rows: number}[] = [];
  readonly #folder: string;
  readonly #dtype: 'F32' | 'F16';

  constructor(
    readonly context: StageContext,
    readonly data: DataConfig,
    cache: Exclude<NonNullable<DataConfig['cache']>, false>,
  ) {
    this.#folder =
      cache.folder === undefined ? join(cacheFolder().path, 'encoded') : givenFolder(context, cache.folder);
    this.#dtype = cache.dtype;
  }

  /** `tables` are missing where the images are encoded anew for each update, and null where they are pixels. */
  images(
    source: ImageSource,
    space: ImageSpace,
    components: Components,
    {what, images, forTraining}: DataNeed,
  ): {images: ImageRows; tables?: RowsOrder['tables']} {
    const encoded = encodedRows(source, space, components);
    if (space.hash === null) return {images: encoded, tables: null};
    if (forTraining && isCroppedAnew(this.data)) {
      note(this.context)(
        'data.crop is random, so latents are computed anew for each update instead of once: center is faster.',
      );
      return {images: encoded};
    }
    const key = {
      autoencoder: space.hash,
      images: source.fingerprint,
      files: jointStamp(this.context.watch.begun.data),
      decoding: decodingOf(this.data),
    };
    const tableOf = (mirrored: boolean) =>
      this.#table(
        `the latents of the ${what}${mirrored ? ', mirrored' : ''}`,
        {...key, mirrored},
        source.size,
        encoded.shape,
        images,
        (index) => encoded.read(index, {mirrored}),
      );
    const plain = tableOf(false);
    const mirrored = forTraining && this.data.flip ? tableOf(true) : plain;
    const fingerprint = this.#dtype === 'F32' ? encoded.fingerprint : fingerprintOf([encoded.fingerprint, this.#dtype]);
    return {
      images: {...encoded, fingerprint, read: (index, draw) => (draw?.mirrored ? mirrored : plain).read(index)},
      tables: {plain: tableOrder(plain), mirrored: tableOrder(mirrored)},
    };
  }

  /** The empty text and the captions that are needed, each once. */
  async texts(
    text: TextConditioner,
    captions: Captions,
    source: ImageSource,
    {what, images, forTraining}: DataNeed,
  ): Promise<{rows: TextRows; kept: {known: readonly string[]; table: TableOrder}}> {
    const settings = 'captions' in this.data ? this.data.captions : undefined;
    const from = [source.fingerprint, jointStamp(this.context.watch.begun.data), settings, images, forTraining];
    const file = join(this.#folder, 'captions', `${hashBytes(JSON.stringify(from))}.json`);
    const texts = await keptTexts(file, captions, images, forTraining);
    const numbers = new Map(texts.map((each, number) => [each, number]));
    const plain = textRows(text);
    const key = {encoder: text.hash, texts: hashBytes(JSON.stringify(texts))};
    const table = this.#table(`the texts of the ${what}`, key, texts.length, plain.shape, texts.length, (row) =>
      plain.read(texts[row] ?? ''),
    );
    const read = async (caption: string) => {
      const number = numbers.get(caption);
      return (number === undefined ? null : await table.read(number)) ?? plain.read(caption);
    };
    return {rows: {shape: plain.shape, read}, kept: {known: texts, table: tableOrder(table)}};
  }

  /** Computes what is missing. */
  async fill(): Promise<void> {
    await fillTables(this.#needed, this.#folder, await freeBytes(this.#folder));
  }

  #table(
    what: string,
    key: Record<string, unknown>,
    rows: number,
    shape: readonly number[],
    needed: number,
    compute: (row: number) => Promise<Float32Array | null>,
  ): RowTable {
    const dtype = this.#dtype;
    const folder = join(
      this.#folder,
      hashBytes(JSON.stringify({format: 1, backend: tf.getBackend(), dtype, shape, ...key})),
    );
    const {stage, emit} = this.context;
    const table = new RowTable(
      {folder, what, rows, shape, dtype, compute},
      {
        beforeEach: () => orStop(this.context),
        say: (level, message) => emit({type: 'log', stage, level, message}),
        onProgress: progress(this.context, what),
      },
    );
    this.#needed.push({table, rows: needed});
    return table;
  }
}

function tableOrder({settings: {folder, what, rows, shape, dtype}}: RowTable): TableOrder {
  return {folder, what, rows, shape, dtype};
}

/** The folder of the cache that the config names. Among the images its files would count as changes of them. */
function givenFolder({resolved: {config, folder}}: StageContext, given: string): string {
  const [cache, images] = [resolve(folder, given), config.data?.path && resolve(folder, config.data.path)];
  if (images === undefined || !`${cache}${sep}`.startsWith(`${images}${sep}`)) return cache;
  throw new UserError('cache-among-images', 'data.cache.folder lies in the folder of the images.', {
    where: cache,
    hint: 'Name a folder beside data.path.',
  });
}

/** The settings by which the bytes of a file become an image. */
function decodingOf(data: DataConfig): unknown[] {
  if (!('resolution' in data)) return [];
  const {resolution, interpolation, channels, corrupt} = data;
  return [resolution, interpolation, channels, corrupt];
}
