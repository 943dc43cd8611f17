import {cp} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {writeClipTokenizer} from '../models/clipVocabulary.ts';
import {fromNchw} from '../models/referenceLoop.ts';

/** A folder of the Stable Diffusion fixtures: `sd1` (version 1) or `sd2`, or a component of one. */
export function goldenSdFolder(path: string): string {
  // Not from where this file is: bundles of the long tests lie elsewhere.
  return join(packageRoot(), 'test', 'fixtures', 'golden-sd', path);
}

export interface GoldenArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** One of the arrays that diffusers and transformers made for a model, e.g. `unet.output`. */
export async function goldenSdArray(model: string, name: string): Promise<GoldenArray> {
  const reader = await openSafetensors(goldenSdFolder(`${model}/arrays.safetensors`));
  try {
    return {values: await reader.read(name), shape: reader.shapes.get(name) ?? []};
  } finally {
    await reader.close();
  }
}

/** The same as a tensor of its shape. */
export async function goldenSdTensor<R extends tf.Rank>(model: string, name: string): Promise<tf.Tensor<R>> {
  const {values, shape} = await goldenSdArray(model, name);
  return tf.tensor(values, [...shape] as tf.ShapeMap[R], 'float32');
}

/** Images or latents [N,C,H,W] of the arrays as [N,H,W,C]. */
export async function goldenSdImages(model: string, name: string): Promise<Tensor4D> {
  const {values, shape} = await goldenSdArray(model, name);
  return fromNchw(values, shape);
}

/** The golden pipeline of Stable Diffusion 1 as a folder with its tokenizer, which lies packed in the fixtures. */
export async function writeGoldenPipeline(folder: string): Promise<string> {
  const isPlain = (path: string) => !path.endsWith('/arrays.safetensors') && !path.includes('/tokenizer');
  await cp(goldenSdFolder('sd1'), folder, {recursive: true, filter: isPlain});
  await writeClipTokenizer(join(folder, 'tokenizer'), 'vocab.json');
  return folder;
}
