import {AutoencoderConfig} from '../../contract/model/autoencoderConfig.ts';
import {readComponentFolder, type ComponentFolder, type ComponentKind} from './componentFolder.ts';

/** A pipeline's autoencoder. */
export const autoencoderKind: ComponentKind<typeof AutoencoderConfig> = {
  schema: AutoencoderConfig,
  what: "the autoencoder's config",
};

/** A pipeline's `vae` folder. */
export function readAutoencoderFolder(path: string): Promise<ComponentFolder<AutoencoderConfig>> {
  return readComponentFolder(path, autoencoderKind);
}
