import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';

/**
 * Sum of [N,H,W,C] over the pixels, [N,C], or over the batch too, [C], from an average over the whole image: the
 * library behind wasm does it 10 to 15 times as fast as wasm's own sum over axes that are not the last.
 *
 * @param average the mean over windows of this size, [N,1,1,C] here
 */
export function pixelSum(
  x: TensorInfo,
  overBatch: boolean,
  average: (x: TensorInfo, window: [number, number]) => TensorInfo,
  backend: BackendWasm,
): TensorInfo {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const means = average(x, [height, width]);
  const sums = backend.makeOutput(overBatch ? [channels] : [batch, channels], 'float32');
  const [given, made] = [backend.typedArrayFromHeap(means), backend.typedArrayFromHeap(sums)];
  made.fill(0);
  for (let i = 0; i < given.length; i++) {
    const to = overBatch ? i % channels : i;
    made[to] = (made[to] ?? 0) + (given[i] ?? 0) * height * width;
  }
  backend.disposeData(means.dataId);
  return sums;
}

/** Whether a sum over `axes` is one that `pixelSum` computes. */
export function isPixelSum(x: TensorInfo, axes: readonly number[]): boolean {
  return x.dtype === 'float32' && x.shape.length === 4 && ['1,2', '0,1,2'].includes([...axes].sort().join());
}
