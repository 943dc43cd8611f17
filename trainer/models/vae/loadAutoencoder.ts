import {disposeParams, type Params} from '../../nn/params.ts';
import {readAutoencoderFolder} from '../../store/weights/autoencoderFolder.ts';
import {loadWeights} from '../loadParams.ts';
import {createAutoencoder, type Autoencoder} from './autoencoder.ts';

/** An autoencoder with its weights on the device. */
export interface LoadedAutoencoder {
  readonly autoencoder: Autoencoder;
  readonly params: Params;
  dispose(): void;
}

/** Loads the `vae` folder of a pipeline. Throws UserErrors. */
export async function loadAutoencoder(path: string): Promise<LoadedAutoencoder> {
  const folder = await readAutoencoderFolder(path);
  const autoencoder = createAutoencoder(folder.config, path);
  const params = await loadWeights(() => folder.openWeights(), autoencoder.shapes, path);
  return {autoencoder, params, dispose: () => disposeParams(params)};
}
