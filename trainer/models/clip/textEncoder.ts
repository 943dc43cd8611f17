import type {Tensor3D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {hashBytes} from '../../store/files/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';
import {createClipText, type ClipTextEncoder, type EncodeOptions} from './clipText.ts';
import {loadWeights} from '../loadParams.ts';
import {ReloadableParams} from '../reloadableParams.ts';

/** A text encoder with its weights, on the device from the start. */
export interface TextEncoder
  extends Pick<ClipTextEncoder, 'length' | 'width' | 'usesMask'>, Pick<ReloadableParams, 'load' | 'unload'> {
  /** SHA-256 of config and weights. */
  readonly hash: string;
  /** Ids, one list for each text and all of one length -> hidden states [N,T,width], the caller's. */
  encode(ids: readonly (readonly number[])[], options?: EncodeOptions): Tensor3D;
}

/** Loads the `text_encoder` of a pipeline. Throws UserErrors. */
export async function loadTextEncoder(component: PipelineComponent): Promise<TextEncoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, textEncoderKind);
  const network = createClipText(config, path);
  const weights = await ReloadableParams.from(() => loadWeights(openWeights, network.shapes, path));
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
