import {brotliDecompressSync, gunzipSync} from 'node:zlib';
import {compressors} from 'hyparquet-compressors';
import {Unsupported} from './byteArrays.ts';

/** The bytes of a parquet page, which are `length` by its header; never more, whatever the compressed ones say. Throws an Error. */
export function inflatePage(bytes: Uint8Array, codec: string, length: number): Uint8Array {
  // A page of nulls alone is empty, and no frame of a compression either.
  if (length === 0 && bytes.length === 0) return bytes;
  const page = inflate(bytes, codec, length);
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes instead of ${length}`);
  return page;
}

/** Compressions by their names in the footer. */
export const codecs = ['UNCOMPRESSED', 'GZIP', 'BROTLI', 'ZSTD', 'SNAPPY', 'LZ4', 'LZ4_RAW'];

function inflate(bytes: Uint8Array, codec: string, length: number): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return bytes;
    case 'GZIP':
      return gunzipSync(bytes, {maxOutputLength: Math.max(1, length)});
    case 'BROTLI':
      return brotliDecompressSync(bytes, {maxOutputLength: Math.max(1, length)});
    case 'ZSTD':
      requireZstdLength(bytes, length);
      return compressors.ZSTD?.(bytes, length) ?? bytes;
    case 'SNAPPY':
    case 'LZ4':
    case 'LZ4_RAW':
      // These write into a buffer of that length.
      return compressors[codec]?.(bytes, length) ?? bytes;
    default:
      throw new Unsupported(`the compression ${codec} is not supported`);
  }
}

const zstdMagic = 0xfd2fb528;
const largestBlock = 1 << 17;

/**
 * The library takes as much memory as a frame says. The headers of its blocks give a bound before anything is unpacked: a compressed one makes at most 128 KiB.
 * Format: RFC 8878, 3.1.1.
 */
function requireZstdLength(bytes: Uint8Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== zstdMagic) throw new Error('a page is no zstd frame');
  const descriptor = view.getUint8(4);
  const isSingle = (descriptor & 32) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (isSingle ? 0 : 1) + dictionary;
  if (sizeBytes > 0 && contentSize(view, sizeAt, sizeBytes) > length) throw new Error('a page is longer than it says');
  let total = 0;
  for (let [at, isLast] = [sizeAt + sizeBytes, false]; !isLast;) {
    const head = view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
    const [type, size] = [(head >> 1) & 3, head >> 3];
    total += type === 2 ? 0 : size;
    if (total > length || size > largestBlock) throw new Error('a page is longer than it says');
    isLast = (head & 1) === 1;
    at += 3 + (type === 1 ? 1 : size);
    // Only a checksum may follow: a second frame would be unpacked, too.
    if (isLast && bytes.length - at > 4) throw new Error('something follows the zstd frame of a page');
  }
}

function contentSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
