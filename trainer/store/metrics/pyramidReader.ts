import {concatenate} from '../../concatenate.ts';
import {UserError} from '../../contract/errors.ts';
import {planBins, type BinStretch} from './binPlan.ts';
import {fileExists} from '../files/fileExists.ts';
import {openPositioned, type PositionedFile} from '../files/positionedFile.ts';
import {asBins, mergeGroups, recordLength, type PyramidLayout} from './pyramidLayout.ts';

/** Reads what a `PyramidWriter` writes, also while it is writing. */
export class PyramidReader {
  readonly #files = new Map<number, PositionedFile>();

  private constructor(
    readonly path: (level: number) => string,
    readonly layout: PyramidLayout,
    /** Whole rows when it was opened; later ones are not seen. */
    readonly rows: number,
  ) {}

  /** Opens the files for the time of `read`; null where there are none. */
  static async use<T>(
    path: (level: number) => string,
    layout: PyramidLayout,
    read: (reader: PyramidReader) => Promise<T>,
  ): Promise<T | null> {
    if (!(await fileExists(path(0)))) return null;
    const file = await openPositioned(path(0));
    const rows = Math.floor(file.size / (layout.rowLength * Float64Array.BYTES_PER_ELEMENT));
    const reader = new PyramidReader(path, layout, rows);
    reader.#files.set(0, file);
    try {
      return await read(reader);
    } finally {
      await Promise.all([...reader.#files.values()].map((open) => open.close()));
    }
  }

  /** The bins that cover the rows [from, to), one after the other; see `planBins`. */
  async bins(from: number, to: number, limit: (row: number) => number): Promise<Float64Array> {
    const parts: Float64Array[] = [];
    for (const stretch of planBins(from, Math.min(to, this.rows), limit)) parts.push(await this.#stretch(stretch));
    return concatenate(Float64Array, parts);
  }

  /** The rows [from, to), one after the other. */
  async readRows(from: number, to: number): Promise<Float64Array> {
    return this.#records(0, from, Math.max(0, Math.min(to, this.rows) - from));
  }

  /** The first row whose number in `column` is at least `value`; rows rise in that column. */
  async firstAtLeast(column: number, value: number): Promise<number> {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = await this.#records(0, middle, 1);
      if ((row[column] ?? NaN) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #stretch({level, first, group, count}: BinStretch): Promise<Float64Array> {
    const records = await this.#records(level, first, count * group);
    return mergeGroups(this.layout, asBins(this.layout, level, records), group);
  }

  async #records(level: number, first: number, count: number): Promise<Float64Array> {
    const size = recordLength(this.layout, level) * Float64Array.BYTES_PER_ELEMENT;
    const bytes = await (await this.#file(level)).read(first * size, count * size);
    return new Float64Array(bytes.buffer);
  }

  async #file(level: number): Promise<PositionedFile> {
    const open = this.#files.get(level) ?? (await openPositioned(this.path(level)));
    this.#files.set(level, open);
    return open;
  }
}

/** Whether an error of a read only means that the writer was cutting rows off at that moment: the next read will succeed. */
export function isPassing(error: unknown): boolean {
  return error instanceof UserError && (error.code === 'file-truncated' || error.code === 'file-missing');
}
