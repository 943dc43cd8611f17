import {UserError} from '../contract/errors.ts';

/** An array of doubles in C order, as NumPy's `.npy` holds it. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** `\x93NUMPY`, version 1.0. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT = 64;
const longestHeader = 1 << 16;

/** Readable number formats by their NumPy names. The ADM evaluator stores means in single precision. */
const formats = new Map<string, typeof Float64Array | typeof Float32Array>([
  ['<f8', Float64Array],
  ['<f4', Float32Array],
]);

/** Reads a `.npy` of little-endian doubles or floats in C order; `where` names it in errors. */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw invalid('This is not a NumPy array.', where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Version 1 has a 16-bit header length, versions 2 and 3 a 32-bit one.
  const wide = bytes[6] !== 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length || end > longestHeader) throw invalid('This NumPy array is cut off.', where);
  const {shape, format} = parseHeader(new TextDecoder('latin1').decode(bytes.subarray(start, end)), where);
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - end !== size * format.BYTES_PER_ELEMENT) {
    throw invalid(`A NumPy array of shape [${shape.join(', ')}] holds ${bytes.length - end} bytes.`, where);
  }
  // Copied, because the data may not be aligned to 8 bytes. Buffer.slice() would not copy.
  const values = new format(new Uint8Array(bytes.subarray(end)).buffer);
  return {shape, values: values instanceof Float64Array ? values : Float64Array.from(values)};
}

/** The `.npy` (version 1.0) that NumPy itself would write. */
export function encodeNpy({shape, values}: NpyArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape.join()},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${tuple}, }`;
  const total = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(total + values.length * 8);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(total - 11)}\n`), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), total);
  return bytes;
}

/** Shape and number format from the header, which is a Python dictionary; it is matched, not evaluated. */
function parseHeader(header: string, where: string) {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape':\s*\(([\d, ]*)\)/.exec(header)?.[1];
  const format = formats.get(descr ?? '');
  if (format === undefined || fortran !== 'False' || tuple === undefined) {
    throw invalid('Only NumPy arrays of little-endian doubles (<f8) or floats (<f4) in C order can be read.', where);
  }
  const lengths = tuple.split(',').map((length) => length.trim());
  return {format, shape: lengths.filter((length) => length !== '').map(Number)};
}

function invalid(message: string, where: string): UserError {
  return new UserError('npy-invalid', message, {where});
}
