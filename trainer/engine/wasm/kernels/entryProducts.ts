import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {wasmModule} from '../wasmModule.ts';

/** What the module calls the matrices of one product; its own tensors are numbered from 0 up. */
const [leftId, rightId, productId] = [-1, -2, -3];

/**
 * Products of the entries of two batches, [B,M,K] and [B,K,N] -> [B,M,N], of which one may have a single entry for all. Each entry is
 * shown to wasm's own kernel as a tensor where it lies: it gives only a batch of one to its fast library, and cutting the batch apart
 * and joining the products costs more than the multiplication of small matrices.
 */
export function createEntryProducts(backend: BackendWasm): (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D {
  const {tfjs} = backend.wasm;
  const multiply = wasmModule(backend).cwrap(tf.BatchMatMul, null, multiplySignature);
  return (a, b) => {
    const [[, rows, inner], [, , columns]] = [a.shape, b.shape];
    const entries = Math.max(a.shape[0], b.shape[0]);
    const out = backend.makeOutput([entries, rows, columns], 'float32');
    const [left, right, product] = [matrices(backend, a), matrices(backend, b), matrices(backend, out)];
    const [leftShape, rightShape] = [bytesOf([1, rows, inner]), bytesOf([1, inner, columns])];
    for (let entry = 0; entry < entries; entry++) {
      tfjs.registerTensor(leftId, left.size, left.at(entry));
      tfjs.registerTensor(rightId, right.size, right.at(entry));
      tfjs.registerTensor(productId, product.size, product.at(entry));
      multiply(leftId, leftShape, 3, rightId, rightShape, 3, 0, 0, productId);
      // Of the numbers alone, and of what the library keeps for the right matrix: the memory is the batch's.
      for (const id of [leftId, rightId, productId]) tfjs.disposeData(id);
    }
    return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor3D;
  };
}

/** Left, its shape and rank, right, its shape and rank, whether either is transposed, product. */
const multiplySignature = [
  ...(['number', 'array', 'number'] as const),
  ...(['number', 'array', 'number'] as const),
  ...(['number', 'number', 'number'] as const),
];

/** Elements of one matrix of a batch, and where in the memory each begins; a single one stands for all. */
function matrices(backend: BackendWasm, {dataId, shape}: tf.TensorInfo): {size: number; at(entry: number): number} {
  const size = tf.util.sizeFromShape(shape.slice(1));
  const start = backend.getMemoryOffset(dataId);
  return {size, at: (entry) => start + (shape[0] === 1 ? 0 : entry * size * Float32Array.BYTES_PER_ELEMENT)};
}

/** As the module takes a shape. */
function bytesOf(shape: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}
