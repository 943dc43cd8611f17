import {countParameters, architectureOf, createDenoiser} from '../../models/architectures.ts';
import {createAutoencoder} from '../../models/vae/autoencoder.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';
import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import {findComponent, readComponent} from '../../store/weights/components.ts';
import {readModel} from '../../store/weights/readModel.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';

/** What the model that a benchmark starts from decides of it. */
export interface BaseSizes {
  /** Of the network with projections. */
  readonly parameters: number;
  /** Height and width of its images; null where it names no size, or another than a square. */
  readonly side: number | null;
  /** Numbers that are kept of an image of this size and its text, where they are encoded before a training. */
  readonly encoded: number;
}

/** The sizes of a base, by its configs; null for one that cannot be read. */
export async function readBaseSizes(base: string, folder: string): Promise<BaseSizes | null> {
  return sizesOf(base, folder).catch(nullForUserError);
}

async function sizesOf(base: string, folder: string): Promise<BaseSizes> {
  const path = await resolveBase(base, folder);
  const {unetConfig, pipeline} = await readModel(path);
  const {stock, projections} = countParameters(createDenoiser(unetConfig, path));
  const [vae, encoder] = [findComponent(pipeline, 'vae'), findComponent(pipeline, 'text_encoder')];
  const autoencoder = vae && createAutoencoder((await readComponent(vae, autoencoderKind)).config, vae.path ?? path);
  const text = encoder && (await readComponent(encoder, textEncoderKind)).config;
  const [height, width] = architectureOf(unetConfig).sampleSize ?? [null, null];
  const latents = autoencoder && height && width ? 2 * autoencoder.latentChannels * height * width : 0;
  return {
    parameters: stock + projections,
    side: height !== null && height === width ? height * (autoencoder?.factor ?? 1) : null,
    encoded: latents + (text ? text.max_position_embeddings * text.hidden_size : 0),
  };
}
