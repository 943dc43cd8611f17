import {bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat} from './halfFloat.ts';

/** Number formats of tensors on disk, by their safetensors names, in the order in which the official writer sorts them (last first). */
export const dtypes = ['BOOL', 'U8', 'F16', 'BF16', 'I32', 'F32', 'F64', 'I64'] as const;
export type DType = (typeof dtypes)[number];

export const bytesPerElement: Record<DType, number> = {BOOL: 1, U8: 1, F16: 2, BF16: 2, I32: 4, F32: 4, F64: 8, I64: 8};

export function isDType(name: string): name is DType {
  return (dtypes as readonly string[]).includes(name);
}

/** Little-endian elements as float32. `bytes` must start at a multiple of the element size in its buffer. */
export function widen(bytes: Uint8Array, dtype: DType): Float32Array {
  const {buffer, byteOffset} = bytes;
  const length = bytes.length / bytesPerElement[dtype];
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, length);
    case 'F16':
      return halfToFloat(new Uint16Array(buffer, byteOffset, length));
    case 'BF16':
      return bfloat16ToFloat(new Uint16Array(buffer, byteOffset, length));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, length), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, length));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
  }
}

/** Values as the little-endian bytes of `dtype`. Bytes (Uint8Array) are taken as they are; integers come as bytes or BigInt64Array. */
export function narrow(values: Float32Array | BigInt64Array | Uint8Array, dtype: DType): Uint8Array {
  if (values instanceof Uint8Array) return values;
  if (values instanceof BigInt64Array ? dtype === 'I64' : dtype === 'F32') return bytesOf(values);
  if (values instanceof Float32Array && dtype === 'F16') return bytesOf(floatToHalf(values));
  if (values instanceof Float32Array && dtype === 'BF16') return bytesOf(floatToBfloat16(values));
  throw new Error(`${values.constructor.name} cannot be written as ${dtype}`);
}

/** The very memory of numbers, as bytes. */
export function bytesOf(values: Float32Array | BigInt64Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
