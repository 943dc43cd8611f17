import type * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';

/** An elementwise function of two tensors, one of which is the same for all pixels of an image. */
export interface PixelBroadcast {
  readonly image: tf.TensorInfo;
  readonly channels: tf.TensorInfo;
  /** Whether the image is the first operand. */
  readonly imageFirst: boolean;
}

/** From this many channels on a pixel is a run that needs no joining. */
const manyChannels = 128;

/** The operands as [N,H,W,C] and, in either order, [N,1,1,C], [1,1,1,C] or [C]; null where that is not so or would not pay. */
export function asPixelBroadcast(a: tf.TensorInfo, b: tf.TensorInfo): PixelBroadcast | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  if (isPerChannel(b.shape, a.shape)) return {image: a, channels: b, imageFirst: true};
  return isPerChannel(a.shape, b.shape) ? {image: b, channels: a, imageFirst: false} : null;
}

/**
 * The same with the channels repeated over a row of pixels, [N,H,W*C] with [N,1,W*C]: the library behind wasm goes through the memory in
 * runs of the last axis, and a run of the few channels of one pixel costs four times as much as the row.
 *
 * @param compute wasm's own kernel
 */
export function pixelBroadcast(
  {image, channels, imageFirst}: PixelBroadcast,
  compute: (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo,
  backend: BackendWasm,
): tf.TensorInfo {
  const [batch = 1, height = 1, width = 1, count = 1] = image.shape;
  const rows = {...image, shape: [batch, height, width * count]};
  const repeated = repeatOverRow(channels, count, width, backend);
  const result = imageFirst ? compute(rows, repeated) : compute(repeated, rows);
  backend.disposeData(repeated.dataId);
  return {...result, shape: image.shape};
}

function isPerChannel(shape: readonly number[], image: readonly number[]): boolean {
  const [batch, , width = 1, channels = 0] = image;
  if (image.length !== 4 || width === 1 || channels >= manyChannels || shape.at(-1) !== channels) return false;
  return (
    shape.length === 1 || (shape.length === 4 && shape[1] === 1 && shape[2] === 1 && [1, batch].includes(shape[0]))
  );
}

/** [n, count] -> [n, 1, width * count]. */
function repeatOverRow(channels: tf.TensorInfo, count: number, width: number, backend: BackendWasm): tf.TensorInfo {
  const images = channels.shape.length === 1 ? 1 : (channels.shape[0] ?? 1);
  const repeated = backend.makeOutput([images, 1, width * count], 'float32');
  const [source, target] = [backend.typedArrayFromHeap(channels), backend.typedArrayFromHeap(repeated)];
  for (let image = 0; image < images; image++) {
    for (let pixel = 0; pixel < width; pixel++) {
      const to = (image * width + pixel) * count;
      for (let channel = 0; channel < count; channel++) target[to + channel] = source[image * count + channel] ?? 0;
    }
  }
  return repeated;
}
