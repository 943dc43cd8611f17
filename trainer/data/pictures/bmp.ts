import type {Raster} from './resize.ts';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** The last line of the picture comes first, as usual. */
  readonly isBottomUp: boolean;
  /** Bits of a pixel. */
  readonly depth: number;
  /** Where the lines begin; each is filled up to four bytes. */
  readonly start: number;
  readonly stride: number;
}

/** Bits of red, green and blue in a pixel of 16 bits whose file gives no masks: five for each colour. */
const usualMasks = [0x7c00, 0x03e0, 0x001f];
const fileHeader = 14;
const [plain, masked, maskedWithAlpha] = [0, 3, 6];

/**
 * A Windows bitmap of any depth that is not run-length encoded: [height, width, 3], or 4 with alpha. sharp reads none. Throws an Error with
 * the reason. Format: BITMAPINFOHEADER and its successors; OS/2 bitmaps have a header of 12 bytes.
 */
export function bmpRaster(bytes: Uint8Array, maxPixels: number): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readBmp(view, maxPixels);
  } catch (error) {
    throw error instanceof RangeError ? new Error('it is cut off', {cause: error}) : error;
  }
}

function readBmp(view: DataView, maxPixels: number): Raster {
  const headerSize = view.getUint32(fileHeader, true);
  const isOld = headerSize === 12;
  const header = readHeader(view, isOld);
  const {width, height, depth, start, stride} = header;
  if (start + height * stride > view.byteLength) throw new Error('it is cut off');
  if (width < 1 || height < 1 || width * height > maxPixels) throw new Error(`it has ${width} x ${height} pixels`);
  const compression = isOld ? plain : view.getUint32(30, true);
  if (![plain, masked, maskedWithAlpha].includes(compression)) throw new Error('it is a compressed BMP');
  if (depth <= 8) return readIndexed(view, header, fileHeader + headerSize, isOld ? 3 : 4);
  if (depth === 24 || (depth === 32 && compression === plain)) return readBytes(view, header);
  if (depth !== 16 && depth !== 32) throw new Error(`it is a BMP of ${depth} bits`);
  if (compression === plain) return readMasked(view, header, usualMasks);
  const count = compression === maskedWithAlpha || headerSize >= 56 ? 4 : 3;
  return readMasked(
    view,
    header,
    Array.from({length: count}, (_, i) => view.getUint32(54 + 4 * i, true)),
  );
}

function readHeader(view: DataView, isOld: boolean): BmpHeader {
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const depth = view.getUint16(isOld ? 24 : 28, true);
  const stride = Math.ceil((width * depth) / 32) * 4;
  return {width, height: Math.abs(height), isBottomUp: height > 0, depth, start: view.getUint32(10, true), stride};
}

/** Calls `write` for each pixel with its number in the result and the byte and bit at which it begins. */
function forEachPixel(header: BmpHeader, write: (pixel: number, at: number, bit: number) => void): void {
  const {width, height, isBottomUp, depth, start, stride} = header;
  for (let y = 0; y < height; y++) {
    const line = start + (isBottomUp ? height - 1 - y : y) * stride;
    for (let x = 0; x < width; x++) write(y * width + x, line + ((x * depth) >> 3), (x * depth) & 7);
  }
}

/** Pixels that are numbers of colours. A colour takes `entry` bytes: blue, green, red. */
function readIndexed(view: DataView, header: BmpHeader, palette: number, entry: number): Raster {
  const {width, height, depth} = header;
  const pixels = new Uint8Array(width * height * 3);
  forEachPixel(header, (pixel, at, bit) => {
    const index = (view.getUint8(at) >> (8 - bit - depth)) & ((1 << depth) - 1);
    for (let i = 0; i < 3; i++) pixels[3 * pixel + i] = view.getUint8(palette + index * entry + 2 - i);
  });
  return {pixels, width, height, channels: 3};
}

/** Pixels of blue, green, red and perhaps a byte without meaning. */
function readBytes(view: DataView, header: BmpHeader): Raster {
  const {width, height} = header;
  const pixels = new Uint8Array(width * height * 3);
  forEachPixel(header, (pixel, at) => {
    for (let i = 0; i < 3; i++) pixels[3 * pixel + i] = view.getUint8(at + 2 - i);
  });
  return {pixels, width, height, channels: 3};
}

function readMasked(view: DataView, header: BmpHeader, masks: readonly number[]): Raster {
  const {width, height, depth} = header;
  const parts = masks.filter((mask, i) => i < 3 || mask !== 0).map(bitsOf);
  const pixels = new Uint8Array(width * height * parts.length);
  forEachPixel(header, (pixel, at) => {
    const value = depth === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
    for (const [i, {shift, largest}] of parts.entries())
      pixels[pixel * parts.length + i] = Math.floor((((value >>> shift) & largest) * 255) / Math.max(1, largest));
  });
  return {pixels, width, height, channels: parts.length};
}

/** Where the bits of a mask begin, and the largest number in them. */
function bitsOf(mask: number): {shift: number; largest: number} {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return {shift, largest: mask >>> shift};
}
