import {bytesOf, bytesPerElement, widen, type DType} from './dtype.ts';
import {bfloat16ToFloat, halfToFloat} from './halfFloat.ts';
import type {TensorSlices} from './tensorReader.ts';

/** Fills `into`, of the tensor's size, with its values as float32, and returns it. Formats that models have take no memory beside it. */
export function readFloats(slices: TensorSlices, dtype: DType, into: Float32Array): Float32Array {
  if (dtype === 'F32') {
    slices.read(0, bytesOf(into));
  } else if (dtype === 'F16' || dtype === 'BF16') {
    // The narrow numbers lie in the second half, where each is read before a wide one takes its room.
    const bits = new Uint16Array(into.buffer, into.byteOffset + into.byteLength / 2, into.length);
    slices.read(0, bytesOf(bits));
    (dtype === 'F16' ? halfToFloat : bfloat16ToFloat)(bits, into);
  } else {
    const bytes = new Uint8Array(into.length * bytesPerElement[dtype]);
    slices.read(0, bytes);
    into.set(widen(bytes, dtype));
  }
  return into;
}
