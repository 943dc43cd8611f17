import {AutoencoderConfig} from '../../contract/model/autoencoderConfig.ts';
import {readComponentFolder, type ComponentFolder} from './componentFolder.ts';

/** A pipeline's `vae` folder. */
export function readAutoencoderFolder(path: string): Promise<ComponentFolder<AutoencoderConfig>> {
  return readComponentFolder(path, {schema: AutoencoderConfig, what: "the autoencoder's config"});
}
