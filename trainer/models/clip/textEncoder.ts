import type {Tensor3D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {disposeParams} from '../../nn/params.ts';
import {readTextEncoderFolder} from '../../store/weights/textEncoderFolder.ts';
import {createClipText, type ClipTextEncoder, type EncodeOptions} from './clipText.ts';
import {loadWeights} from '../loadParams.ts';

/** A text encoder with its weights on the device. */
export interface TextEncoder extends Pick<ClipTextEncoder, 'length' | 'width' | 'usesMask'> {
  /** Ids, one list for each text and all of one length -> hidden states [N,T,width], the caller's. */
  encode(ids: readonly (readonly number[])[], options?: EncodeOptions): Tensor3D;
  dispose(): void;
}

/** Loads the `text_encoder` folder of a pipeline. Throws UserErrors. */
export async function loadTextEncoder(path: string): Promise<TextEncoder> {
  const folder = await readTextEncoderFolder(path);
  const network = createClipText(folder.config, path);
  const params = await loadWeights(() => folder.openWeights(), network.shapes, path);
  const {length, width, usesMask} = network;
  return {
    length,
    width,
    usesMask,
    encode: (ids, options) => tf.tidy(() => network.encode(params, network.idTensor(ids), options)),
    dispose: () => disposeParams(params),
  };
}
