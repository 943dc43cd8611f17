import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {convGeometry, type ConvGradientAttributes} from '../../convGeometry.ts';
import {batchMatMul} from './batchMatMul.ts';
import {concat} from './concat.ts';
import {convFilterGradient} from './convFilterGradient.ts';
import {convInputGradient} from './convInputGradient.ts';
import {createEntryProducts} from './entryProducts.ts';
import {asPixelBroadcast, pixelBroadcast} from './pixelBroadcast.ts';
import {isPixelSum, pixelSum} from './pixelSum.ts';
import {segmentSum} from './segmentSum.ts';
import {slice} from './slice.ts';

const elementwise = [tf.Add, tf.Sub, tf.Multiply, tf.SquaredDifference] as const;

/** Kernels of the wasm backend that this project adds or replaces: absent, or several times slower than they need be. */
export const wasmOverrides = [
  tf.Conv2DBackpropFilter,
  tf.Conv2DBackpropInput,
  tf.BatchMatMul,
  tf.UnsortedSegmentSum,
  tf.Identity,
  tf.Slice,
  tf.SplitV,
  tf.Concat,
  tf.Sum,
  ...elementwise,
] as const;

type Shape4D = [number, number, number, number];

let isRegistered = false;

/**
 * Registers the overrides, once. The backend must be up: wasm's own kernels are bound when it starts, and some overrides call
 * the original. Those made of tfjs operations are legal, since inside a kernel nothing is taped.
 */
export function registerWasmKernels(): void {
  if (isRegistered) return;
  replace(tf.Conv2DBackpropFilter, ({inputs, attrs}) => {
    const {x, dy} = inputs as Record<'x' | 'dy', tf.Tensor4D>;
    const {filterShape, ...attributes} = attrs as unknown as ConvGradientAttributes & {filterShape: Shape4D};
    return convFilterGradient(x, dy, convGeometry(x.shape, filterShape, attributes));
  });
  replace(tf.Conv2DBackpropInput, ({inputs, attrs}) => {
    const {dy, filter} = inputs as Record<'dy' | 'filter', tf.Tensor4D>;
    const {inputShape, ...attributes} = attrs as unknown as ConvGradientAttributes & {inputShape: Shape4D};
    return convInputGradient(dy, filter, convGeometry(inputShape, filter.shape, attributes));
  });
  registerMatMul(createEntryProducts(tf.backend() as BackendWasm));
  registerSum();
  for (const kernelName of elementwise) registerPixelBroadcast(kernelName);
  replace(tf.UnsortedSegmentSum, ({inputs, attrs}) => {
    const {x, segmentIds} = inputs as {x: tf.Tensor; segmentIds: tf.Tensor1D};
    return segmentSum(x, segmentIds, (attrs as unknown as tf.UnsortedSegmentSumAttrs).numSegments);
  });
  replace(tf.Slice, ({inputs, attrs, backend}) => {
    const {x} = inputs as Record<'x', tf.Tensor>;
    const {begin, size} = attrs as unknown as tf.SliceAttrs;
    const [from = [], extent = []] = tf.slice_util.parseSliceParams(x, begin, size);
    return slice(x, from, extent, backend as BackendWasm);
  });
  registerSplitAndConcat();
  // wasm's own copies the data of each tensor that is saved for the backward pass.
  replace(tf.Identity, ({inputs, backend}) => {
    const {x} = inputs as Record<'x', tf.TensorInfo>;
    (backend as tf.KernelBackend).incRef(x.dataId);
    return {dataId: x.dataId, shape: x.shape, dtype: x.dtype};
  });
  isRegistered = true;
}

/** Taking the flat weights apart, and joining skip connections: wasm's own kernels of both are many times slower than the copying itself. */
function registerSplitAndConcat(): void {
  replace(tf.SplitV, ({inputs, attrs, backend}) => {
    const {x} = inputs as Record<'x', tf.Tensor>;
    const {numOrSizeSplits, axis} = attrs as unknown as tf.SplitVAttrs;
    const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
    let begin = 0;
    return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, at).map((size) => {
      const from = x.shape.map((_, i) => (i === at ? begin : 0));
      begin += size;
      return slice(x, from, x.shape.with(at, size), backend as BackendWasm);
    });
  });
  const original = tf.getKernel(tf.Concat, 'wasm');
  replace(tf.Concat, ({inputs, attrs, backend}) => {
    const given = inputs as unknown as tf.TensorInfo[];
    const [axis = 0] = tf.util.parseAxisParam((attrs as unknown as tf.ConcatAttrs).axis, given[0]?.shape ?? []);
    const isPlain = given.every(({dtype, shape}) => dtype === 'float32' && tf.util.sizeFromShape(shape) > 0);
    return isPlain ? concat(given, axis, backend as BackendWasm) : original.kernelFunc({inputs, attrs, backend});
  });
}

function registerMatMul(entries: ReturnType<typeof createEntryProducts>): void {
  const original = tf.getKernel(tf.BatchMatMul, 'wasm');
  replace(tf.BatchMatMul, ({inputs, attrs, backend}) => {
    const {a, b} = inputs as Record<'a' | 'b', tf.Tensor>;
    const {transposeA, transposeB} = attrs as unknown as tf.BatchMatMulAttrs;
    const single = (left: tf.Tensor3D, right: tf.Tensor3D): tf.Tensor3D => {
      const product = original.kernelFunc({
        inputs: {a: left, b: right},
        attrs: {transposeA: false, transposeB: false},
        backend,
      });
      return tf.engine().makeTensorFromTensorInfo(product as tf.TensorInfo) as tf.Tensor3D;
    };
    return batchMatMul(a, b, {left: transposeA, right: transposeB}, single, entries);
  });
}

function registerSum(): void {
  const original = tf.getKernel(tf.Sum, 'wasm');
  const averagePool = tf.getKernel(tf.AvgPool, 'wasm');
  replace(tf.Sum, ({inputs, attrs, backend}) => {
    const {x} = inputs as Record<'x', tf.TensorInfo>;
    const {axis, keepDims} = attrs as unknown as tf.SumAttrs;
    const axes = tf.util.parseAxisParam(axis, x.shape);
    if (!isPixelSum(x, axes)) return original.kernelFunc({inputs, attrs, backend});
    const average = (x: tf.TensorInfo, filterSize: [number, number]) =>
      averagePool.kernelFunc({inputs: {x}, attrs: {filterSize, strides: 1, pad: 'valid'}, backend}) as tf.TensorInfo;
    const sum = pixelSum(x, axes.length === 3, average, backend as BackendWasm);
    return keepDims ? {...sum, shape: tf.backend_util.expandShapeToKeepDim(sum.shape, axes)} : sum;
  });
}

function registerPixelBroadcast(kernelName: string): void {
  const original = tf.getKernel(kernelName, 'wasm');
  replace(kernelName, ({inputs, attrs, backend}) => {
    const {a, b} = inputs as Record<'a' | 'b', tf.TensorInfo>;
    const operands = asPixelBroadcast(a, b);
    if (operands === null) return original.kernelFunc({inputs, attrs, backend});
    const compute = (a: tf.TensorInfo, b: tf.TensorInfo) =>
      original.kernelFunc({inputs: {a, b}, attrs, backend}) as tf.TensorInfo;
    return pixelBroadcast(operands, compute, backend as BackendWasm);
  });
}

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernelsForBackend('wasm').some((kernel) => kernel.kernelName === kernelName))
    tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({kernelName, backendName: 'wasm', kernelFunc});
}
