import type {Tensor3D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {disposeParams} from '../../nn/params.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';
import {createClipText, type ClipTextEncoder, type EncodeOptions} from './clipText.ts';
import {loadWeights} from '../loadParams.ts';

/** A text encoder with its weights on the device. */
export interface TextEncoder extends Pick<ClipTextEncoder, 'length' | 'width' | 'usesMask'> {
  /** SHA-256 of config and weights. */
  readonly hash: string;
  /** Ids, one list for each text and all of one length -> hidden states [N,T,width], the caller's. */
  encode(ids: readonly (readonly number[])[], options?: EncodeOptions): Tensor3D;
  dispose(): void;
}

/** Loads the `text_encoder` of a pipeline. Throws UserErrors. */
export async function loadTextEncoder(component: PipelineComponent): Promise<TextEncoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, textEncoderKind);
  const network = createClipText(config, path);
  const params = await loadWeights(openWeights, network.shapes, path);
  const {length, width, usesMask} = network;
  return {
    length,
    width,
    usesMask,
    hash: hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`),
    encode: (ids, options) => tf.tidy(() => network.encode(params, network.idTensor(ids), options)),
    dispose: () => disposeParams(params),
  };
}
