import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGPUProgram} from '@tensorflow/tfjs-backend-webgpu';

/** What tfjs's program for long inner products keeps beside its interface. */
interface SplitProduct extends WebGPUProgram {
  /** Terms of one workgroup. */
  splitedDimInner: number;
  elementsPerThread: [number, number, number];
  transposeA: boolean;
}

/**
 * tfjs gives a long matrix product with a small result to several workgroups, which add up atomically in the order in which they
 * happen to end, so that a seeded run would not repeat its numbers. Here one workgroup adds all terms of a result in their order.
 */
export function withFixedOrder(program: WebGPUProgram, inputs: readonly TensorInfo[]): WebGPUProgram {
  if (!isSplitProduct(program)) return program;
  const [left] = inputs;
  const length = left?.shape[program.transposeA ? 1 : 2] ?? 0;
  const {splitedDimInner, dispatch, elementsPerThread, shaderKey} = program;
  const terms = Math.ceil(length / splitedDimInner) * splitedDimInner;
  return Object.assign(program, {
    splitedDimInner: terms,
    elementsPerThread: [elementsPerThread[0], elementsPerThread[1], terms],
    dispatch: [dispatch[0], dispatch[1], 1],
    shaderKey: `${shaderKey}_all_${terms}`,
  });
}

function isSplitProduct(program: WebGPUProgram): program is SplitProduct {
  return 'splitedDimInner' in program;
}
