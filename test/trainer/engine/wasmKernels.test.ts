import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {registerWasmKernels, wasmOverrides} from '../../../trainer/engine/wasm/kernels/registerWasmKernels.ts';

describe('the kernels of the wasm engine', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('hold each override once, and none of it is native', () => {
    const kernels = tf.getKernelsForBackend('wasm');
    for (const name of wasmOverrides) {
      const found = kernels.filter(({kernelName}) => kernelName === name);
      expect(found, name).toHaveLength(1);
      // wasm's own kernels have one, which binds their function in the module.
      expect(found[0]?.setupFunc, name).toBeUndefined();
    }
  });

  it('are not replaced again by a second registration', () => {
    const before = tf.getKernel(tf.BatchMatMul, 'wasm');
    registerWasmKernels();
    expect(tf.getKernel(tf.BatchMatMul, 'wasm')).toBe(before);
  });

  it('have everything that a UNet and its gradient call', () => {
    const names = new Set(tf.getKernelsForBackend('wasm').map(({kernelName}) => kernelName));
    const needed = [
      tf.Conv2D,
      tf.BatchMatMul,
      tf.Add,
      tf.Sub,
      tf.Multiply,
      tf.RealDiv,
      tf.Square,
      tf.Sqrt,
      tf.Rsqrt,
      tf.Sum,
      tf.Mean,
      tf.Sigmoid,
    ];
    needed.push(
      tf.Softmax,
      tf.Sin,
      tf.Cos,
      tf.Exp,
      tf.GatherV2,
      tf.ResizeNearestNeighbor,
      tf.ResizeNearestNeighborGrad,
      tf.AvgPool,
      tf.AvgPoolGrad,
    );
    needed.push(
      tf.Concat,
      tf.Slice,
      tf.SplitV,
      tf.PadV2,
      tf.Transpose,
      tf.Reshape,
      tf.Cast,
      tf.Fill,
      tf.ZerosLike,
      tf.Neg,
      tf.AddN,
      tf.Reverse,
    );
    expect(needed.filter((name) => !names.has(name))).toEqual([]);
  });
});
