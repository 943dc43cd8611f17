import type {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import {createRandom} from '../../random.ts';
import type {TensorSource} from '../../store/weights/safetensors.ts';
import {initialValues} from '../initialise.ts';
import {fileShape, toFileOrder} from '../layout.ts';
import {createClipText, positionEmbedding, tokenEmbedding} from './clipText.ts';

/** What positions weigh against tokens: enough to tell the order of words, too little to hide which they are. */
const positionShare = 0.25;

/**
 * The tensors of a text encoder with random weights, F16. It is not trained: random vectors of a few dozen numbers are nearly orthogonal, so
 * that each word of a small vocabulary has a direction of its own, and the layers mix into a state those of the words before it. What they
 * mean, the cross-attention of the network learns. It is drawn from `seed` as `initialiseParams` does, but embeddings, which are standard
 * normal.
 */
export function newTextEncoder(config: ClipTextConfig, seed: number): TensorSource[] {
  const {shapes} = createClipText(config);
  return [...shapes].map(([name, shape]): TensorSource => {
    const values = embedding(name, shape, seed) ?? initialValues(shapes, name, seed);
    return {name, shape: fileShape(shape), dtype: 'F16', read: () => toFileOrder(values, shape)};
  });
}

function embedding(name: string, shape: readonly number[], seed: number): Float32Array | null {
  if (name !== tokenEmbedding && name !== positionEmbedding) return null;
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  createRandom(seed, 'init', name).fillNormal(values);
  return name === tokenEmbedding ? values : values.map((value) => value * positionShare);
}
