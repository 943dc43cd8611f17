import type {NetworkConfig} from '../contract/model/networkConfig.ts';
import {findComponent} from '../store/weights/components.ts';
import type {ModelFolder} from '../store/weights/modelFolder.ts';
import {architectureOf, createDenoiser} from './architectures.ts';
import {pixelSpace, type ImageShape, type ImageSpace} from './imageSpace.ts';
import {findTextConditioner, type TextConditioner} from './clip/textConditioner.ts';
import type {Reading} from './reloadableParams.ts';
import {latentSpace} from './vae/latentSpace.ts';
import {openAutoencoder, type OpenAutoencoder} from './vae/openAutoencoder.ts';

/** What is loaded by itself: the halves of the autoencoder, which turn images into latents and back, and the text encoder. */
export type ComponentPart = 'encoder' | 'decoder' | 'text';

/** What drawing images takes. */
export const drawingParts: readonly ComponentPart[] = ['decoder', 'text'];

const allParts: readonly ComponentPart[] = ['encoder', ...drawingParts];

/** What stands between a network and its user: the autoencoder of its images and the encoder of its texts. They work while their weights are loaded. */
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
  /** Resolves when the weights of these parts are on the device, as far as the model has them. */
  load(parts?: readonly ComponentPart[]): Promise<void>;
  /** Frees them until they are loaded again. */
  unload(parts?: readonly ComponentPart[]): void;
}

export interface ComponentOptions {
  /** Folder of a tokenizer to take instead of the model's. */
  readonly tokenizer?: string;
  /** What is loaded at once; left out: all. */
  readonly parts?: readonly ComponentPart[];
  /** How weights are read, now and later. */
  readonly reading?: Reading;
}

/** Opens autoencoder and text encoder of a model, as far as it has them. Throws UserErrors, also for parts that would not load. */
export async function loadComponents(
  folder: Pick<ModelFolder, 'path' | 'pipeline' | 'unetConfig'>,
  {tokenizer, parts, reading}: ComponentOptions = {},
): Promise<Components> {
  const {pipeline, unetConfig} = folder;
  const vae = findComponent(pipeline, 'vae');
  const autoencoder = vae && (await openAutoencoder(vae, reading));
  const isConditional = createDenoiser(unetConfig, folder.path).contextWidth !== null;
  const text = isConditional ? await findTextConditioner(folder, tokenizer, reading) : null;
  const components = componentsOf(unetConfig, autoencoder, text);
  try {
    await components.load(parts);
    return components;
  } catch (error) {
    components.unload();
    throw error;
  }
}

/** Of a network that works on pixels, with or without texts. */
export function pixelComponents(unetConfig: NetworkConfig, text: TextConditioner | null = null): Components {
  return componentsOf(unetConfig, null, text);
}

function componentsOf(
  unetConfig: NetworkConfig,
  opened: OpenAutoencoder | null,
  text: TextConditioner | null,
): Components {
  const {sampleSize} = architectureOf(unetConfig);
  const [factor, channels] =
    opened === null
      ? [1, createDenoiser(unetConfig).outChannels]
      : [opened.autoencoder.factor, opened.autoencoder.imageChannels];
  const weights = {encoder: opened?.encoder, decoder: opened?.decoder, text};
  return {
    spaceOf: (images) => (opened === null ? pixelSpace(images) : latentSpace(opened, images)),
    text,
    imageShape: sampleSize && [sampleSize[0] * factor, sampleSize[1] * factor, channels],
    imageChannels: channels,
    factor,
    load: async (parts = allParts) => {
      for (const part of parts) await weights[part]?.load();
    },
    unload: (parts = allParts) => parts.forEach((part) => weights[part]?.unload()),
  };
}
