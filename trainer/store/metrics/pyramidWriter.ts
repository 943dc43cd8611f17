import {closeSync, constants, fstatSync, ftruncateSync, readSync} from 'node:fs';
import {dirname} from 'node:path';
import {fan} from './binPlan.ts';
import {asBins, recordLength, type PyramidLayout} from './pyramidLayout.ts';
import {openRegularNow} from '../files/regularFile.ts';
import {writeFully} from '../files/writeFully.ts';
import {makeFolders} from '../files/makeFolders.ts';

/**
 * Rows in one file and, in a file for each further level, bins of 16, 256, … rows. A bin is written when its last row is there. Rows are
 * only appended, except that those which a resumed training logs again are cut off first.
 */
export class PyramidWriter {
  readonly #files: number[] = [];
  #rows: number;
  #last: Float64Array | undefined;

  /** `path(level)` names the files; existing ones are continued. */
  constructor(
    readonly path: (level: number) => string,
    readonly layout: PyramidLayout,
  ) {
    makeFolders(dirname(path(0)));
    this.#rows = Math.floor(fstatSync(this.#file(0)).size / this.#recordBytes(0));
    this.#last = this.#rows === 0 ? undefined : this.#read(0, this.#rows - 1, 1);
  }

  append(row: Float64Array): void {
    this.#write(0, row);
    this.#rows++;
    this.#last = row;
    for (let level = 1; this.#rows % fan ** level === 0; level++) {
      const end = this.#rows / fan ** (level - 1);
      const below = this.#read(level - 1, end - fan, fan);
      this.#write(level, this.layout.merge(asBins(this.layout, level - 1, below)));
    }
  }

  /** Drops the last rows for as long as `isStale` says so of the last one, and returns how many bytes of rows went. */
  dropLast(isStale: (row: Float64Array) => boolean): number {
    const before = this.#rows;
    let rows = before;
    while (this.#last !== undefined && isStale(this.#last)) {
      rows--;
      this.#last = rows === 0 ? undefined : this.#read(0, rows - 1, 1);
    }
    if (rows < before) this.#truncate(rows);
    return (before - rows) * this.#recordBytes(0);
  }

  close(): void {
    for (const file of this.#files) closeSync(file);
  }

  /** Coarse levels first, so that a reader takes no bin whose rows it does not see. */
  #truncate(rows: number): void {
    for (let level = highestLevel(this.#rows); level >= 0; level--) {
      ftruncateSync(this.#file(level), Math.floor(rows / fan ** level) * this.#recordBytes(level));
    }
    this.#rows = rows;
  }

  #recordBytes(level: number): number {
    return recordLength(this.layout, level) * Float64Array.BYTES_PER_ELEMENT;
  }

  #write(level: number, record: Float64Array): void {
    writeFully(this.#file(level), new Uint8Array(record.buffer, record.byteOffset, record.byteLength));
  }

  #read(level: number, first: number, count: number): Float64Array {
    const size = this.#recordBytes(level);
    const bytes = new Uint8Array(count * size);
    readSync(this.#file(level), bytes, 0, bytes.length, first * size);
    return new Float64Array(bytes.buffer);
  }

  #file(level: number): number {
    const {O_APPEND, O_CREAT, O_RDWR} = constants;
    return (this.#files[level] ??= openRegularNow(this.path(level), O_RDWR | O_CREAT | O_APPEND));
  }
}

/** The highest level that has a bin. */
export function highestLevel(rows: number): number {
  let level = 0;
  while (rows >= fan ** (level + 1)) level++;
  return level;
}
