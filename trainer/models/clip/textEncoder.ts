import type {Tensor3D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';
import {createClipText, type ClipTextEncoder, type EncodeOptions} from './clipText.ts';
import {checkWeights, loadWeights} from '../loadParams.ts';
import {plainReading, ReloadableParams, type Reading} from '../reloadableParams.ts';

/** A text encoder, which encodes while its weights are loaded. */
export interface TextEncoder
  extends Pick<ClipTextEncoder, 'length' | 'width' | 'usesMask'>, Pick<ReloadableParams, 'load' | 'unload'> {
  /** SHA-256 of config and weights. */
  readonly hash: string;
  /** Ids, one list for each text and all of one length -> hidden states [N,T,width], the caller's. */
  encode(ids: readonly (readonly number[])[], options?: EncodeOptions): Tensor3D;
}

/**
 * Opens the `text_encoder` of a pipeline; nothing is loaded yet, and later by `reading`. Throws UserErrors, also for weights that would not load.
 */
export async function openTextEncoder(
  component: PipelineComponent,
  reading: Reading = plainReading,
): Promise<TextEncoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, textEncoderKind);
  const network = createClipText(config, path);
  await checkWeights(openWeights, network.shapes, path);
  const weights = new ReloadableParams(() => reading(() => loadWeights(openWeights, network.shapes, path)));
  const {length, width, usesMask} = network;
  return {
    length,
    width,
    usesMask,
    hash: hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`),
    encode: (ids, options) => tf.tidy(() => network.encode(weights.params, network.idTensor(ids), options)),
    load: () => weights.load(),
    unload: () => weights.unload(),
  };
}
