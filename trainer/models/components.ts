import type {NetworkConfig} from '../contract/model/networkConfig.ts';
import {findComponent} from '../store/weights/components.ts';
import type {ModelFolder} from '../store/weights/modelFolder.ts';
import {architectureOf, createDenoiser} from './architectures.ts';
import {pixelSpace, type ImageShape, type ImageSpace} from './imageSpace.ts';
import {loadTextConditioner, type TextConditioner} from './clip/textConditioner.ts';
import {latentSpace} from './vae/latentSpace.ts';
import {loadAutoencoder, type LoadedAutoencoder} from './vae/loadAutoencoder.ts';

/** What stands between a network and its user: the autoencoder of its images and the encoder of its texts, with their weights. */
export interface Components {
  /** The space of the network for images of a shape: latents where there is an autoencoder, else pixels. */
  spaceOf(images: ImageShape): ImageSpace;
  /** Null for a network that is not conditioned on text. */
  readonly text: TextConditioner | null;
  /** [H,W,C] of the images that the config names; null where it names no size. */
  readonly imageShape: ImageShape | null;
  readonly imageChannels: number;
  /** A side of an image divided by that of what the network sees. */
  readonly factor: number;
  /** Resolves when their weights are on the device, where they are from the start. */
  load(): Promise<void>;
  /** Frees the weights until they are loaded again. */
  unload(): void;
}

export interface ComponentOptions {
  /** Folder of a tokenizer to take instead of the model's. */
  readonly tokenizer?: string;
}

/** Loads autoencoder and text encoder of a model, as far as it has them. Throws UserErrors. */
export async function loadComponents(
  folder: Pick<ModelFolder, 'path' | 'pipeline' | 'unetConfig'>,
  {tokenizer}: ComponentOptions = {},
): Promise<Components> {
  const {pipeline, unetConfig} = folder;
  const vae = findComponent(pipeline, 'vae');
  const autoencoder = vae && (await loadAutoencoder(vae));
  const isConditional = createDenoiser(unetConfig, folder.path).contextWidth !== null;
  try {
    return componentsOf(unetConfig, autoencoder, isConditional ? await loadTextConditioner(folder, tokenizer) : null);
  } catch (error) {
    autoencoder?.unload();
    throw error;
  }
}

/** Of a network that works on pixels, with or without texts. */
export function pixelComponents(unetConfig: NetworkConfig, text: TextConditioner | null = null): Components {
  return componentsOf(unetConfig, null, text);
}

function componentsOf(
  unetConfig: NetworkConfig,
  autoencoder: LoadedAutoencoder | null,
  text: TextConditioner | null,
): Components {
  const {sampleSize} = architectureOf(unetConfig);
  const [factor, channels] =
    autoencoder === null
      ? [1, createDenoiser(unetConfig).outChannels]
      : [autoencoder.autoencoder.factor, autoencoder.autoencoder.imageChannels];
  return {
    spaceOf: (images) => (autoencoder === null ? pixelSpace(images) : latentSpace(autoencoder, images)),
    text,
    imageShape: sampleSize && [sampleSize[0] * factor, sampleSize[1] * factor, channels],
    imageChannels: channels,
    factor,
    load: async () => {
      await autoencoder?.load();
      await text?.load();
    },
    unload: () => {
      autoencoder?.unload();
      text?.unload();
    },
  };
}
