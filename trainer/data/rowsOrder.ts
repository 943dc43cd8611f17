import type {CaptionSettings, DataConfig} from '../contract/config/dataConfig.ts';
import {RowTable, type TableSettings} from '../store/table/rowTable.ts';
import {captionsOf} from './captions/drawCaption.ts';
import {pixelRows, type ImageRows} from './imageRows.ts';
import {openData} from './openData.ts';
import type {ImageTexts} from './textRows.ts';

/** A table whose rows are on the disk. */
export type TableOrder = Pick<TableSettings, 'folder' | 'what' | 'rows' | 'shape' | 'dtype'>;

/** How another thread opens the training images of a run and their texts, without an engine. It can be sent. */
export interface RowsOrder {
  readonly data: DataConfig;
  /** Where relative paths start. */
  readonly folder: string;
  /** Of the images. */
  readonly fingerprint: string;
  /** Of the latents; null where the network works on pixels. */
  readonly tables: {readonly plain: TableOrder; readonly mirrored: TableOrder} | null;
  /** Null for a network that takes no texts. */
  readonly texts: {
    readonly missing: CaptionSettings['missing'];
    /** In the order of the rows. */
    readonly known: readonly string[];
    readonly table: TableOrder;
  } | null;
}

/**
 * Opens what an order describes. `onSkip` gets a sentence about each image that cannot be decoded and is left out. What is missing on the disk would
 * need the engine, and is an Error when it is read.
 */
export async function openRows(
  order: RowsOrder,
  onSkip: (message: string) => void,
): Promise<{images: ImageRows; texts: ImageTexts | null}> {
  const {data, folder, fingerprint, tables, texts} = order;
  let isOpen = false;
  // What is said of the files as a whole was said when the run opened them.
  const {train} = await openData(data, folder, (message) => isOpen && onSkip(message));
  isOpen = true;
  if (train.fingerprint !== fingerprint) throw new Error('these are not the images of the run');
  return {
    images: tables === null ? pixelRows(train) : latentRows(train, tables),
    texts: texts && {captions: captionsOf(train, texts), rows: knownTexts(texts)},
  };
}

function latentRows(
  {size, fingerprint}: Pick<ImageRows, 'size' | 'fingerprint'>,
  tables: NonNullable<RowsOrder['tables']>,
): ImageRows {
  const [plain, mirrored] = [openTable(tables.plain), openTable(tables.mirrored)];
  const shape = tables.plain.shape as ImageRows['shape'];
  return {size, fingerprint, shape, read: (index, draw) => (draw?.mirrored ? mirrored : plain).read(index)};
}

function knownTexts({known, table: order}: NonNullable<RowsOrder['texts']>): ImageTexts['rows'] {
  const table = openTable(order);
  const numbers = new Map(known.map((text, number) => [text, number]));
  return {
    shape: order.shape as ImageTexts['rows']['shape'],
    read: async (text) => {
      const number = numbers.get(text);
      return (number === undefined ? null : await table.read(number)) ?? missing(order);
    },
  };
}

function openTable(order: TableOrder): RowTable {
  const hooks = {beforeEach: () => Promise.resolve(), say: () => undefined, onProgress: () => undefined};
  return new RowTable({...order, compute: () => missing(order)}, hooks);
}

function missing({what}: TableOrder): never {
  throw new Error(`a row of ${what} is not on the disk`);
}
