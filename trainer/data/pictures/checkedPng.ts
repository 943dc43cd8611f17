import {inflateSync} from 'node:zlib';

interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bytes that the image data have when they are inflated. */
  readonly length: number;
}

/** Chunks that make the picture; all others, some of them compressed as well, are left out. */
const pictureChunks = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
const signatureLength = 8;
/** Length, type and checksum. */
const frameLength = 12;
/** A chunk of image data may be empty, and each costs an object. */
const maxChunks = 100_000;

/**
 * The PNG without what its picture does not need, after checking that it has at most `pixels` pixels and that its data inflate to no more
 * than these take: a few kilobytes can inflate to gigabytes. Throws an Error with the reason.
 */
export function checkedPng(bytes: Uint8Array, pixels: number): Uint8Array {
  const chunks = pngChunks(bytes);
  const [header] = chunks;
  if (header?.type !== 'IHDR' || header.content.length !== 13) throw new Error('it has no header');
  const {width, height, length} = parseHeader(header.content);
  if (width * height > pixels) throw new Error(`it has ${width} x ${height} pixels`);
  const data = chunks.filter(({type}) => type === 'IDAT').map(({content}) => content);
  inflateSync(Buffer.concat(data), {maxOutputLength: length});
  return Buffer.concat([bytes.subarray(0, signatureLength), ...chunks.map(({whole}) => whole)]);
}

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

function pngChunks(bytes: Uint8Array): Chunk[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signatureLength; at + frameLength <= buffer.length && chunks.length < maxChunks;) {
    const end = at + frameLength + buffer.readUInt32BE(at);
    if (end > buffer.length) throw new Error('it is cut off');
    const type = buffer.toString('latin1', at + 4, at + 8);
    const whole = buffer.subarray(at, end);
    if (pictureChunks.includes(type)) chunks.push({type, content: whole.subarray(8, -4), whole});
    if (type === 'IEND') return chunks;
    at = end;
  }
  throw new Error('it has no end');
}

function parseHeader(content: Uint8Array): PngHeader {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const [width, height, depth, colour] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  if (width === 0 || height === 0) throw new Error('it has no pixels');
  const samples = colour === 2 ? 3 : colour === 4 ? 2 : colour === 6 ? 4 : 1;
  const line = Math.ceil((width * samples * depth) / 8) + 1;
  // An interlaced image comes in seven passes, whose lines are rounded up each.
  return {width, height, length: 2 * line * height + 64 * (width + height)};
}
