import {unpackBits, varint} from './rleNumbers.ts';

/** Miniblocks of at most so many numbers are usual by far; the format sets no limit. */
const largestBlock = 1 << 20;

/**
 * The numbers in parquet's DELTA_BINARY_PACKED encoding (lengths of at most 32 bits) from `start` on, and where they end: blocks of
 * differences to the number before, each block with its least difference and the rest of each packed by bits. An Error where they are
 * not as many as `count`, or the bytes end first.
 * Format: https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC.
 */
export function deltaNumbers(bytes: Uint8Array, start: number, count: number): {numbers: Int32Array; end: number} {
  const reader = new Varints(bytes, start);
  const [blockSize, miniblocks, total] = [reader.unsigned(), reader.unsigned(), reader.unsigned()];
  const size = blockSize / miniblocks;
  if (blockSize > largestBlock || !(size > 0) || size % 8 !== 0) throw new Error('the blocks of its numbers are odd');
  if (total !== count) throw new Error(`there are ${total} numbers in place of ${count}`);
  const numbers = new Int32Array(count);
  let last = reader.signed();
  if (count > 0) numbers[0] = last;
  const differences = new Uint32Array(size);
  for (let done = 1; done < count;) {
    const least = reader.signed();
    const widths = reader.take(miniblocks);
    for (const width of widths) {
      if (done >= count) break; // What would follow is left out.
      if (width > 32) throw new Error(`numbers of ${width} bits`);
      const used = Math.min(size, count - done);
      unpackBits(reader.take((size * width) / 8), width, differences.subarray(0, used));
      for (let i = 0; i < used; i++) numbers[done++] = last = (last + least + (differences[i] ?? 0)) | 0;
    }
  }
  return {numbers, end: reader.at};
}

class Varints {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  unsigned(): number {
    const {value, end} = varint(this.bytes, this.at);
    this.at = end;
    return value;
  }

  /** 0, -1, 1, -2 … */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new Error('it is cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
