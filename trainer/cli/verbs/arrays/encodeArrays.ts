import * as tf from '@tensorflow/tfjs-core';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import {loadAutoencoder} from '../../../models/latentSpace.ts';
import {loadTextEncoder} from '../../../models/textEncoder.ts';
import {createRandom} from '../../../random.ts';
import {requireComponent} from '../../../store/weights/pipeline.ts';
import type {TensorSource} from '../../../store/weights/safetensors.ts';
import {readClipTokenizer} from '../../../text/readClipTokenizer.ts';
import {readArray, requireOutput, writeArrays, type ArrayOutput, type FileArray} from './arrayFile.ts';
import {readPrompts} from './promptFile.ts';

/** Texts, or images of a file, that are to be encoded by the components of a pipeline. */
export interface EncodeRequest extends ArrayOutput {
  readonly model: string;
  /** File with a text in each line. */
  readonly text?: string;
  /** Safetensors file with the images. */
  readonly arrays?: string;
  /** Name of the images [N,C,H,W] in it: bytes, or numbers in [-1, 1]. */
  readonly images?: string;
  /** Name of the noise [N,c,h,w] in it; left out: drawn with `seed`. */
  readonly noise?: string;
  readonly clipSkip: number;
  readonly batch: number;
  readonly seed: number;
  readonly engine?: EngineChoice;
}

export interface EncodeResult {
  readonly out: string;
  /** In PyTorch's order. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly engine: EngineInfo;
}

const names = ['ids', 'context', 'mean', 'logvar', 'latents'];

/** `ids` [N,T] and `context` [N,T,width] of texts, or `mean`, `logvar` and `latents` [N,c,h,w] of images, as the pipelines of diffusers have them. */
export async function encodeArrays(request: EncodeRequest): Promise<EncodeResult> {
  const {model, text, arrays, images} = request;
  if ((text === undefined) === (arrays === undefined) || (arrays === undefined) !== (images === undefined))
    throw new UserError('usage', 'Give either --text FILE, or --arrays FILE with --images KEY.');
  await requireOutput(request, [model, ...((text ?? arrays) ? [text ?? arrays ?? ''] : [])], names);
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const tensors = text === undefined ? await encodeImages(request) : await encodeTexts(request, text);
  await writeArrays(request, tensors);
  return {out: request.out, shapes: Object.fromEntries(tensors.map(({name, shape}) => [name, shape])), engine};
}

async function encodeTexts({model, clipSkip, batch}: EncodeRequest, file: string): Promise<TensorSource[]> {
  const tokenizer = await readClipTokenizer(await requireComponent(model, 'tokenizer'));
  const encoder = await loadTextEncoder(await requireComponent(model, 'text_encoder'));
  const ids = (await readPrompts(file)).map((text) => tokenizer.encodeTo(text, encoder.length));
  const shape = [ids.length, encoder.length, encoder.width];
  const context = await inBatches(ids.length, batch, shape, (from, to) => [
    encoder.encode(ids.slice(from, to), {clipSkip}),
  ]);
  encoder.dispose();
  const numbers = BigInt64Array.from(ids.flat(), BigInt);
  return [
    {name: 'ids', shape: shape.slice(0, 2), dtype: 'I64', read: () => numbers},
    {name: 'context', shape, dtype: 'F32', read: () => context[0] ?? new Float32Array(0)},
  ];
}

async function encodeImages({
  model,
  arrays = '',
  images = '',
  noise,
  seed,
  batch,
}: EncodeRequest): Promise<TensorSource[]> {
  const pixels = await readArray(arrays, images, '[N,C,H,W]');
  const given = noise === undefined ? undefined : await readArray(arrays, noise, '[N,c,h,w]');
  const {autoencoder, params, dispose} = await loadAutoencoder(await requireComponent(model, 'vae'));
  const [count = 0, , height = 0, width = 0] = pixels.shape;
  // Each level but the last halves and rounds down.
  const [h, w] = [height, width].map((side) => Math.floor(side / autoencoder.factor)) as [number, number];
  const shape = [count, autoencoder.latentChannels, h, w];
  if (given !== undefined && given.shape.join() !== shape.join()) {
    const message = `${noise} has shape [${given.shape.join(', ')}] instead of [${shape.join(', ')}].`;
    throw new UserError('arrays-mismatch', message, {where: arrays});
  }
  const size = autoencoder.latentChannels * h * w;
  const draw = (image: number) => createRandom(seed, 'encode', image).fillNormal(new Float32Array(size));
  const noiseOf = (from: number, to: number): Float32Array => {
    if (given !== undefined) return given.values.slice(from * size, to * size);
    const drawn = new Float32Array((to - from) * size);
    for (let i = from; i < to; i++) drawn.set(draw(i), (i - from) * size);
    return drawn;
  };
  const [mean, logvar, latents] = await inBatches(count, batch, shape, (from, to) => {
    const moments = autoencoder.encode(params, batchOf(pixels, from, to));
    const drawn = nhwc(noiseOf(from, to), [to - from, ...shape.slice(1)]);
    return [moments.mean, moments.logVariance, autoencoder.sample(moments, drawn)].map((tensor) =>
      tf.transpose(tensor, [0, 3, 1, 2]),
    );
  });
  dispose();
  return Object.entries({mean, logvar, latents}).map(([name, values = new Float32Array(0)]) => ({
    name,
    shape,
    dtype: 'F32',
    read: () => values,
  }));
}

/** Calls `make` for neighbouring examples [from, to) and puts its results, each of `shape` in all, one after the other. */
async function inBatches(
  count: number,
  batch: number,
  shape: readonly number[],
  make: (from: number, to: number) => tf.Tensor[],
): Promise<Float32Array[]> {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const results: Float32Array[] = [];
  for (let from = 0; from < count; from += batch) {
    const made = tf.tidy(() => make(from, Math.min(count, from + batch)));
    for (const [i, tensor] of made.entries()) {
      const values = (results[i] ??= new Float32Array(count * size));
      values.set(await tensor.data<'float32'>(), from * size);
      tensor.dispose();
    }
  }
  return results;
}

function batchOf({values, shape, dtype}: FileArray, from: number, to: number): tf.Tensor4D {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const images = nhwc(values.subarray(from * size, to * size), [to - from, ...shape.slice(1)]);
  return dtype === 'U8' ? tf.sub(tf.div(images, 127.5), 1) : images;
}

function nhwc(values: Float32Array, shape: readonly number[]): tf.Tensor4D {
  return tf.transpose(tf.tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]);
}
