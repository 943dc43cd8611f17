import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';
import {findComponent, requireTokenizer} from '../../store/weights/components.ts';
import type {ModelFolder} from '../../store/weights/modelFolder.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {readClipTokenizer, tokenizerHash} from '../../text/readClipTokenizer.ts';
import type {Reading} from '../reloadableParams.ts';
import {openTextEncoder, type TextEncoder} from './textEncoder.ts';

/**
 * What makes of texts the context that a network is conditioned on: tokenizer and text encoder of a pipeline. It encodes while the weights of the
 * encoder are loaded.
 */
export interface TextConditioner extends Pick<TextEncoder, 'load' | 'unload'> {
  /** The ids of a text as the encoder takes them: cut and filled up to as many as the tokenizer says and the encoder takes. */
  tokenize(text: string): number[];
  /** Hidden states [N,T,width] after the final norm, the caller's; `clipSkip` last layers are left out. */
  encode(texts: readonly string[], clipSkip?: number): Tensor3D;
  /** Of the states of one text. */
  readonly shape: readonly [tokens: number, width: number];
  /** SHA-256 of all that the states depend on besides the texts. */
  readonly hash: string;
}

/** The conditioner of a model, nothing loaded yet; null for one without a text encoder. `tokenizer` is a folder to take instead of the model's. */
export async function findTextConditioner(
  {path, pipeline}: Pick<ModelFolder, 'path' | 'pipeline'>,
  tokenizer?: string,
  reading?: Reading,
): Promise<TextConditioner | null> {
  const encoder = findComponent(pipeline, 'text_encoder');
  if (encoder === null) return null;
  return openTextConditioner(encoder, await requireTokenizer(path, tokenizer), reading);
}

/** The conditioner of a text encoder and the folder of its tokenizer; nothing is loaded yet. */
export async function openTextConditioner(
  encoderPart: PipelineComponent,
  folder: string,
  reading?: Reading,
): Promise<TextConditioner> {
  const tokenizer = await readClipTokenizer(folder);
  const encoder = await openTextEncoder(encoderPart, reading);
  const length = Math.min(tokenizer.maxLength, encoder.length);
  const tokenize = (text: string) => tokenizer.encodeTo(text, length);
  return {
    tokenize,
    encode: (texts, clipSkip) =>
      tf.tidy(() => {
        const mask = encoder.usesMask
          ? paddingMask(
              texts.map((text) => tokenizer.encode(text).length),
              length,
            )
          : undefined;
        return encoder.encode(texts.map(tokenize), {clipSkip, mask});
      }),
    shape: [length, encoder.width],
    hash: hashBytes(`${encoder.hash} ${await tokenizerHash(folder)}`),
    load: () => encoder.load(),
    unload: () => encoder.unload(),
  };
}

/** 1 for the tokens of a text, 0 for what fills it up, [N,T]. */
function paddingMask(lengths: readonly number[], length: number): tf.Tensor2D {
  const rows = lengths.map((own) => Array.from({length}, (_, i) => (i < own ? 1 : 0)));
  return tf.tensor2d(rows, [rows.length, length]);
}
