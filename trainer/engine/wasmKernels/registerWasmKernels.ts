import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {convGeometry, type ConvGradientAttributes} from '../convGeometry.ts';
import {batchMatMul, suitsOwnKernel} from './batchMatMul.ts';
import {concat} from './concat.ts';
import {convFilterGradient} from './convFilterGradient.ts';
import {convInputGradient} from './convInputGradient.ts';
import {isPixelSum, pixelSum} from './pixelSum.ts';
import {segmentSum} from './segmentSum.ts';
import {slice} from './slice.ts';

/** Kernels of the wasm backend that this project adds or replaces: absent, or an order of magnitude too slow to train with. */
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
] as const;

type Shape4D = [number, number, number, number];

let isRegistered = false;

/**
 * Registers the overrides, once. The backend must be up: wasm's own kernels are bound when it starts, and the override of the matrix
 * product calls the original. The kernels are made of tfjs operations, of which nothing is taped inside a kernel.
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
  registerMatMul();
  registerSum();
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

function registerMatMul(): void {
  const original = tf.getKernel(tf.BatchMatMul, 'wasm');
  replace(tf.BatchMatMul, ({inputs, attrs, backend}) => {
    const {a, b} = inputs as Record<'a' | 'b', tf.Tensor>;
    const {transposeA, transposeB} = attrs as unknown as tf.BatchMatMulAttrs;
    if (suitsOwnKernel(a.shape, b.shape, transposeA)) return original.kernelFunc({inputs, attrs, backend});
    const multiply = (left: tf.Tensor3D, right: tf.Tensor3D): tf.Tensor3D => {
      const product = original.kernelFunc({
        inputs: {a: left, b: right},
        attrs: {transposeA: false, transposeB: false},
        backend,
      });
      return tf.engine().makeTensorFromTensorInfo(product as tf.TensorInfo) as tf.Tensor3D;
    };
    return batchMatMul(a, b, {left: transposeA, right: transposeB}, multiply);
  });
}

function registerSum(): void {
  const original = tf.getKernel(tf.Sum, 'wasm');
  replace(tf.Sum, ({inputs, attrs, backend}) => {
    const {x} = inputs as Record<'x', tf.Tensor>;
    const {axis, keepDims} = attrs as unknown as tf.SumAttrs;
    const axes = tf.util.parseAxisParam(axis, x.shape);
    if (!isPixelSum(x, axes)) return original.kernelFunc({inputs, attrs, backend});
    const sum = pixelSum(x as tf.Tensor4D, axes.length === 3);
    return keepDims ? tf.reshape(sum, tf.backend_util.expandShapeToKeepDim(sum.shape, axes)) : sum;
  });
}

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernelsForBackend('wasm').some((kernel) => kernel.kernelName === kernelName))
    tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({kernelName, backendName: 'wasm', kernelFunc});
}
