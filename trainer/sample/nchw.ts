import * as tf from '@tensorflow/tfjs-core';

/** Images or latents on the host in PyTorch's order. */
export interface NchwImages {
  readonly values: Float32Array;
  /** [N,C,H,W] */
  readonly shape: readonly [number, number, number, number];
}

/** Images [from, to) as a tensor [N,H,W,C]. */
export function fromNchw({values, shape: [, ...shape]}: NchwImages, from: number, to: number): tf.Tensor4D {
  const size = shape[0] * shape[1] * shape[2];
  return tf.transpose(tf.tensor4d(values.subarray(from * size, to * size), [to - from, ...shape]), [0, 2, 3, 1]);
}

/** [N,H,W,C] -> [N,C,H,W] */
export function toNchw(images: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(images, [0, 3, 1, 2]);
}

/**
 * Calls `make` for `count` examples, at most `batch` at once, and gathers each of its results, whose first axis counts the examples of a call.
 * The tensors are made in a tidy.
 */
export async function inBatches<Name extends string>(
  count: number,
  batch: number,
  make: (from: number, to: number) => Record<Name, tf.Tensor>,
): Promise<Record<Name, {values: Float32Array; shape: number[]}>> {
  const gathered = {} as Record<Name, {values: Float32Array; shape: number[]}>;
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(count, from + batch);
    const made = tf.tidy(() => make(from, to) as Record<Name, tf.Tensor> & tf.TensorContainerObject);
    for (const name of Object.keys(made) as Name[]) {
      const tensor = made[name];
      const size = tensor.size / (to - from);
      gathered[name] ??= {values: new Float32Array(count * size), shape: [count, ...tensor.shape.slice(1)]};
      gathered[name].values.set(await tensor.data<'float32'>(), from * size);
      tensor.dispose();
    }
  }
  return gathered;
}
