import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {bytesPerElement, isDType, type DType} from './dtype.ts';
import {firstDuplicateKey} from '../files/duplicateKeys.ts';
import {checkValue} from '../files/jsonFile.ts';
import {refuseJson, defaultLimits} from '../files/jsonLimits.ts';
import {elementCount} from './tensorReader.ts';

export interface TensorEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const metadataKey = '__metadata__';
const Size = z.int().min(0);
const Entry = z.strictObject({dtype: z.string(), shape: z.array(Size), data_offsets: z.tuple([Size, Size])});
const Metadata = z.record(z.string(), z.string());

/**
 * Parses and checks the JSON header of a safetensors file whose data section has `dataLength` bytes: known dtypes, lengths that fit the
 * shapes, and data that covers the section without hole or overlap. `path` names the file in errors.
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, path: string): SafetensorsHeader {
  const entries = new Map<string, TensorEntry>();
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(parseObject(bytes, path))) {
    if (name === metadataKey)
      metadata = new Map(Object.entries(checkValue(value, Metadata, 'the metadata of the header', path)));
    else entries.set(name, parseEntry(name, value, path));
  }
  checkCoverage(entries, dataLength, path);
  return {entries, metadata};
}

/** The bytes of a header, its 8-byte length in front, padded with spaces so that the data starts at a multiple of 8. */
export function formatHeader({entries, metadata}: SafetensorsHeader): Uint8Array {
  // Joined by hand, because JSON.stringify of an object would put integer-like names first.
  const fields = [`${JSON.stringify(metadataKey)}:${JSON.stringify(Object.fromEntries(metadata))}`];
  for (const [name, {dtype, shape, begin, end}] of entries) {
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({dtype, shape, data_offsets: [begin, end]})}`);
  }
  const json = Buffer.from(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length), 0);
  json.copy(header, 8);
  return header;
}

function parseObject(bytes: Uint8Array, path: string): object {
  // The format demands '{' as the first byte, which JSON alone would not.
  if (bytes[0] !== 0x7b) throw invalid(path, 'The header is not a JSON object.');
  const text = decodeText(bytes, path);
  const refusal = refuseJson(text, defaultLimits);
  if (refusal !== undefined) throw invalid(path, `The header is not read: ${refusal}.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, 'The header is not valid JSON.', cause);
  }
  const twice = firstDuplicateKey(text);
  if (twice !== undefined) throw invalid(path, `The header holds the key '${twice}' twice.`);
  return value as object;
}

function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch (cause) {
    throw invalid(path, 'The header is not valid JSON.', cause);
  }
}

function parseEntry(name: string, value: unknown, path: string): TensorEntry {
  const {dtype, shape, data_offsets} = checkValue(value, Entry, `tensor '${name}'`, path);
  if (!isDType(dtype)) {
    throw new UserError(
      'dtype-unsupported',
      `Tensor '${name}' has the number format ${dtype}, which is not supported.`,
      {where: path},
    );
  }
  const [begin, end] = data_offsets;
  const length = elementCount(shape) * bytesPerElement[dtype];
  if (end - begin !== length) {
    throw invalid(
      path,
      `Tensor '${name}' (${dtype} [${shape.join(', ')}]) needs ${length} bytes, but its offsets span ${end - begin}.`,
    );
  }
  return {dtype, shape, begin, end};
}

function checkCoverage(entries: ReadonlyMap<string, TensorEntry>, dataLength: number, path: string): void {
  let position = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, {begin, end}] of inOrder) {
    if (begin !== position) {
      throw invalid(
        path,
        `Tensor '${name}' starts at byte ${begin} of the data instead of ${position}: a hole or an overlap.`,
      );
    }
    position = end;
  }
  if (position !== dataLength) {
    throw invalid(
      path,
      `The header describes ${position} bytes of data, but the file holds ${dataLength}: cut off, or not what it says.`,
    );
  }
}

function invalid(path: string, message: string, cause?: unknown): UserError {
  return new UserError('safetensors-invalid', message, {where: path, cause});
}
