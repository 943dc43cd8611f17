/**
 * `count` numbers of `width` bits in parquet's mixture of runs and bit-packed groups, from the start of `bytes`. Runs that go on beyond
 * `count` are cut; an Error where the bytes end first.
 * Format: https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE.
 */
export function rleNumbers(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32) throw new Error(`numbers of ${width} bits`);
  const out = new Uint32Array(count);
  for (let [at, done] = [0, 0]; done < count;) {
    const {value: head, end} = varint(bytes, at);
    const isRun = head % 2 === 0;
    const length = Math.min(count - done, isRun ? head / 2 : ((head - 1) / 2) * 8);
    if (length === 0) throw new Error('an empty run');
    const size = isRun ? Math.ceil(width / 8) : ((head - 1) / 2) * width;
    // The last group may be cut off behind the last number.
    if (end + (isRun ? size : Math.ceil((length * width) / 8)) > bytes.length) throw new Error('it is cut off');
    if (isRun) out.fill(littleEndian(bytes.subarray(end, end + size)), done, done + length);
    else unpackBits(bytes.subarray(end), width, out.subarray(done, done + length));
    [at, done] = [end + size, done + length];
  }
  return out;
}

/** Numbers of `width` bits, at most 32, that follow each other from the lowest bit of the first byte on. */
export function unpackBits(bytes: Uint8Array, width: number, out: Uint32Array): void {
  for (let i = 0; i < out.length; i++) {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      const position = i * width + bit;
      value += (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) * 2 ** bit;
    }
    out[i] = value;
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte, i) => value + byte * 2 ** (8 * i), 0);
}

/** The number at `start` with seven bits in a byte, at most 35, and where it ends. */
export function varint(bytes: Uint8Array, start: number): {value: number; end: number} {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw new Error('it is cut off');
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return {value, end: start + i + 1};
  }
  throw new Error('a number does not end');
}
