import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor} from '@tensorflow/tfjs-core';
import type {Params} from '../../../trainer/nn/params.ts';

export interface LossAndGradients {
  loss: number;
  /** Values of the gradient by each parameter, in memory order. */
  gradients: ReadonlyMap<string, Float32Array>;
}

/** Loss and its gradients by all parameters, as numbers. */
export async function paramGradients(params: Params, loss: (params: Params) => Scalar): Promise<LossAndGradients> {
  const names = [...params.keys()];
  const withGradients = tf.valueAndGrads((...tensors: Tensor[]) => loss(zip(names, tensors)));
  const {value, grads} = tf.tidy(() => withGradients([...params.values()]));
  const gradients = new Map<string, Float32Array>();
  for (const [name, tensor] of zip(names, grads)) gradients.set(name, await tensor.data<'float32'>());
  const [number = NaN] = await value.data();
  tf.dispose([value, grads]);
  return {loss: number, gradients};
}

function zip(names: readonly string[], tensors: readonly Tensor[]): Params {
  return new Map(names.map((name, index) => [name, tensors[index] as Tensor]));
}
