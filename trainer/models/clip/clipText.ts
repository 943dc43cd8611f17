import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import {param, type Params} from '../../nn/params.ts';
import {normShapes} from '../shapes.ts';
import {applyNorm, createClipLayer} from './clipLayer.ts';

export interface EncodeOptions {
  /** Number of last layers to leave out (clip skip), as pipelines count it. */
  readonly clipSkip?: number;
  /** [N,T] of 1 and 0: where it is 0, the token is hidden from the others. */
  readonly mask?: Tensor2D;
}

/**
 * CLIP's text encoder (Radford et al. 2021): the CLIPTextModel of transformers without its weights, under the names of Stable Diffusion's
 * files. All methods with tensors are to be called inside a tidy.
 */
export interface ClipTextEncoder {
  /** Name and shape ([in, out], [n]; embeddings [width, n]) of each parameter. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Tokens of a text, filled up. */
  readonly length: number;
  readonly width: number;
  /** Whether pipelines hide the filled-up end of a text from this encoder. */
  readonly usesMask: boolean;
  /** Ids as `encode` takes them, int32 [N,T]. Throws a `UserError` for ids beyond the vocabulary and texts that are too long. */
  idTensor(ids: readonly (readonly number[])[]): Tensor2D;
  /** Ids [N,T] -> hidden states [N,T,width] after the final norm: what Stable Diffusion is conditioned on. */
  encode(params: Params, ids: Tensor2D, options?: EncodeOptions): Tensor3D;
  /** The embeddings and the output of every layer, before the final norm. */
  hiddenStates(params: Params, ids: Tensor2D, mask?: Tensor2D): Tensor3D[];
  /** For each text the position of its end token, whose state stands for the whole text. */
  poolingPositions(ids: readonly (readonly number[])[]): number[];
  /** Of hidden states [N,T,width] the ones at these positions, [N,width]. */
  pool(states: Tensor3D, positions: readonly number[]): Tensor2D;
}

/** `where` (the config file) goes into the UserError that refuses a config this project does not implement. */
export function createClipText(config: ClipTextConfig, where?: string): ClipTextEncoder {
  const activation = checkedActivation(config, where);
  const {hidden_size: width, layer_norm_eps: eps, max_position_embeddings: length} = config;
  const style = {width, inner: config.intermediate_size, heads: config.num_attention_heads, eps, activation};
  const layers = Array.from({length: config.num_hidden_layers}, (_, i) =>
    createClipLayer(`text_model.encoder.layers.${i}`, style),
  );
  /** The states after the embeddings and after each of the first `count` layers. */
  const states = (params: Params, ids: Tensor2D, count: number, mask?: Tensor2D) => {
    const hidden = [embed(params, ids)];
    const scores = attentionMask(ids.shape[1], mask);
    for (const layer of layers.slice(0, count)) hidden.push(layer.apply(params, hidden.at(-1) as Tensor3D, scores));
    return hidden;
  };
  return {
    shapes: new Map([
      // In memory, as all matrices, the other way round than in the file.
      [tokenEmbedding, [width, config.vocab_size]],
      [positionEmbedding, [width, length]],
      ...layers.flatMap((layer) => layer.shapes),
      ...normShapes(finalNorm, width),
    ]),
    length,
    width,
    usesMask: config.use_attention_mask,
    idTensor(ids) {
      checkIds(ids, config);
      return tf.tensor2d(ids.flat(), [ids.length, ids[0]?.length ?? 0], 'int32');
    },
    encode(params, ids, {clipSkip = 0, mask} = {}) {
      if (clipSkip >= layers.length) throw skipsTooMuch(clipSkip, layers.length);
      const last = states(params, ids, layers.length - clipSkip, mask).at(-1) as Tensor3D;
      return applyNorm(params, finalNorm, last, eps);
    },
    hiddenStates: (params, ids, mask) => states(params, ids, layers.length, mask),
    poolingPositions: (ids) => ids.map((text) => endOf(text, config.eos_token_id)),
    pool(states, positions) {
      const [count, tokens] = states.shape;
      const rows = positions.map((position, text) => text * tokens + position);
      return tf.gather(tf.reshape(states, [count * tokens, width]), tf.tensor1d(rows, 'int32'));
    },
  };
}

export const tokenEmbedding = 'text_model.embeddings.token_embedding.weight';
export const positionEmbedding = 'text_model.embeddings.position_embedding.weight';
const finalNorm = 'text_model.final_layer_norm';

function embed(params: Params, ids: Tensor2D): Tensor3D {
  const [count, length] = ids.shape;
  const tokens: Tensor2D = tf.gather(param<Tensor2D>(params, tokenEmbedding), tf.reshape(ids, [-1]), 1);
  const positions = tf.slice(param<Tensor2D>(params, positionEmbedding), [0, 0], [-1, length]);
  const width = positions.shape[0];
  return tf.add(tf.reshape(tf.transpose(tokens), [count, length, width]), tf.transpose(positions));
}

/** What is added to scores [N, heads, T, T]: no token sees a later one, nor one that the mask hides. */
function attentionMask(length: number, mask?: Tensor2D): Tensor4D {
  const causal = Float32Array.from({length: length ** 2}, (_, i) => (i % length > Math.floor(i / length) ? hidden : 0));
  const order = tf.tensor4d(causal, [1, 1, length, length]);
  if (mask === undefined) return order;
  const hiding = tf.mul(tf.sub(1, tf.reshape(mask, [mask.shape[0], 1, 1, length])), hidden);
  return tf.maximum(tf.add(order, hiding), hidden);
}

/** The lowest number, as in transformers: scores are small, and infinity times zero is none. */
const hidden = -3.4028234663852886e38;

/** A config's end token of 2 is a mistake of old files: the end token of CLIP has the largest id of all. */
function endOf(ids: readonly number[], end: number): number {
  return Math.max(0, ids.indexOf(end === 2 ? ids.reduce((a, b) => Math.max(a, b), 0) : end));
}

function checkIds(ids: readonly (readonly number[])[], config: ClipTextConfig): void {
  const {max_position_embeddings: longest, vocab_size: size} = config;
  const length = ids[0]?.length ?? 0;
  if (ids.some((text) => text.length !== length)) throw new Error('texts of different lengths in one batch');
  if (length === 0 || length > longest) {
    throw new UserError('text-length', `Texts of ${length} tokens do not fit a text encoder of 1 to ${longest}.`);
  }
  const stray = ids.flat().find((id) => id < 0 || id >= size);
  if (stray === undefined) return;
  throw new UserError('token-unknown', `The token ${stray} is none of the text encoder's ${size}.`, {
    hint: 'Take tokenizer and text encoder from the same model.',
  });
}

function checkedActivation({hidden_act: name, ...config}: ClipTextConfig, where?: string): 'quick_gelu' | 'gelu' {
  const {hidden_size: width, num_attention_heads: heads} = config;
  if (width % heads !== 0) {
    const message = `hidden_size ${width} does not split into num_attention_heads ${heads}.`;
    throw new UserError('model-invalid', message, {where});
  }
  if (name === 'quick_gelu' || name === 'gelu') return name;
  throw new UserError('model-unsupported', `hidden_act ${JSON.stringify(name)} is not supported.`, {
    where,
    hint: 'Supported: "quick_gelu", "gelu".',
  });
}

function skipsTooMuch(skipped: number, layers: number): UserError {
  return new UserError('clip-skip', `A text encoder of ${layers} layers cannot do without the last ${skipped}.`, {
    hint: `Use a clip skip from 0 to ${layers - 1}.`,
  });
}
