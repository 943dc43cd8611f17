import type {Params} from '../../nn/params.ts';
import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {loadWeights} from '../loadParams.ts';
import {ReloadableParams} from '../reloadableParams.ts';
import {createAutoencoder, type Autoencoder} from './autoencoder.ts';

/** An autoencoder with its weights, on the device from the start. */
export interface LoadedAutoencoder extends Pick<ReloadableParams, 'load' | 'unload'> {
  readonly autoencoder: Autoencoder;
  /** Only while they are loaded. */
  readonly params: Params;
  /** SHA-256 of config and weights. */
  readonly hash: string;
}

/** Loads the `vae` of a pipeline. Throws UserErrors. */
export async function loadAutoencoder(component: PipelineComponent): Promise<LoadedAutoencoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, autoencoderKind);
  const autoencoder = createAutoencoder(config, path);
  const weights = await ReloadableParams.from(() => loadWeights(openWeights, autoencoder.shapes, path));
  const hash = hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`);
  return {
    autoencoder,
    get params() {
      return weights.params;
    },
    hash,
    load: () => weights.load(),
    unload: () => weights.unload(),
  };
}
