import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {readComponent} from '../../store/weights/components.ts';
import type {PipelineComponent} from '../../store/weights/pipeline.ts';
import {checkWeights, loadWeights} from '../loadParams.ts';
import {plainReading, ReloadableParams, type Reading} from '../reloadableParams.ts';
import {createAutoencoder, type Autoencoder} from './autoencoder.ts';

/** An autoencoder whose weights are loaded by halves: who draws images never encodes one. */
export interface OpenAutoencoder {
  readonly autoencoder: Autoencoder;
  readonly encoder: ReloadableParams;
  readonly decoder: ReloadableParams;
  /** SHA-256 of config and weights. */
  readonly hash: string;
}

/**
 * Opens the `vae` of a pipeline; nothing is loaded yet, and later by `reading`. Throws UserErrors, also for weights that would not load.
 */
export async function openAutoencoder(
  component: PipelineComponent,
  reading: Reading = plainReading,
): Promise<OpenAutoencoder> {
  const {path, config, openWeights, weightsHash} = await readComponent(component, autoencoderKind);
  const autoencoder = createAutoencoder(config, path);
  const {shapes, encoderShapes, decoderShapes} = autoencoder;
  await checkWeights(openWeights, shapes, path);
  const half = (part: typeof shapes) =>
    new ReloadableParams(() => reading(() => loadWeights(openWeights, shapes, path, part)));
  return {
    autoencoder,
    encoder: half(encoderShapes),
    decoder: half(decoderShapes),
    hash: hashBytes(`${JSON.stringify(config)} ${await weightsHash()}`),
  };
}
