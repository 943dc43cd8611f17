import {disposeParams, type Params} from '../../nn/params.ts';
import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {loadWeights} from '../loadParams.ts';
import {createAutoencoder, type Autoencoder} from './autoencoder.ts';

/** An autoencoder with its weights on the device. */
export interface LoadedAutoencoder {
  readonly autoencoder: Autoencoder;
  readonly params: Params;
  /** SHA-256 of config and weights. */
  readonly hash: string;
  dispose(): void;
}

/** Loads the `vae` of a pipeline. Throws UserErrors. */
export async function loadAutoencoder(component: PipelineComponent): Promise<LoadedAutoencoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, autoencoderKind);
  const autoencoder = createAutoencoder(config, path);
  const params = await loadWeights(openWeights, autoencoder.shapes, path);
  const hash = hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`);
  return {autoencoder, params, hash, dispose: () => disposeParams(params)};
}
