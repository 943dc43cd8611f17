import {disposeParams, type Params} from '../../nn/params.ts';
import {readAutoencoderFolder} from '../../store/weights/autoencoderFolder.ts';
import {loadParams} from '../loadParams.ts';
import {createAutoencoder, type Autoencoder} from './autoencoder.ts';

/** An autoencoder with its weights on the device. */
export interface LoadedAutoencoder {
  readonly autoencoder: Autoencoder;
  readonly params: Params;
  /** SHA-256 of the weights. */
  readonly weightsHash: string;
  dispose(): void;
}

/** Loads the `vae` folder of a pipeline. Throws UserErrors. */
export async function loadAutoencoder(path: string): Promise<LoadedAutoencoder> {
  const folder = await readAutoencoderFolder(path);
  const autoencoder = createAutoencoder(folder.config, path);
  const reader = await folder.openWeights();
  const params = await loadParams(reader, autoencoder.shapes, path).finally(() => reader.close());
  return {autoencoder, params, weightsHash: await folder.weightsHash(), dispose: () => disposeParams(params)};
}
