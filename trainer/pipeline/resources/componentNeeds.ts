import type {PretrainConfig} from '../../contract/config/config.ts';
import type {AutoencoderConfig} from '../../contract/model/autoencoderConfig.ts';
import type {ClipTextConfig} from '../../contract/model/clipTextConfig.ts';
import {planText} from '../stages/data/newText.ts';
import {autoencoderKind} from '../../store/weights/autoencoderFolder.ts';
import {findComponent, readComponent} from '../../store/weights/components.ts';
import type {ModelFolder} from '../../store/weights/modelFolder.ts';
import {elementCount} from '../../store/weights/tensorReader.ts';
import {textEncoderKind} from '../../store/weights/textEncoderFolder.ts';
import {createClipText} from '../../models/clip/clipText.ts';
import type {ComponentPart} from '../../models/components.ts';
import {createAutoencoder} from '../../models/vae/autoencoder.ts';

/** What the autoencoder and the text encoder of a model decide of the memory. */
export interface ComponentNeeds {
  /** A side of an image divided by that of the network's input. */
  readonly factor: number;
  /** Bytes of the weights of each part that is loaded by itself. */
  readonly weights: Readonly<Record<ComponentPart, number>>;
  /** Bytes that the autoencoder takes for each pixel of the one image that goes through it at a time. */
  readonly perPixel: number;
}

/** Of a network that works on pixels and takes no texts. */
export const noComponents: ComponentNeeds = {factor: 1, weights: {encoder: 0, decoder: 0, text: 0}, perPixel: 0};

/** Feature maps of the full resolution that live at once in a pass without gradients: input, output and copies of the convolutions. */
const mapsAtOnce = 8;

/** From the configs alone. */
export async function componentNeeds({pipeline}: Pick<ModelFolder, 'pipeline'>): Promise<ComponentNeeds> {
  const [vae, encoder] = [findComponent(pipeline, 'vae'), findComponent(pipeline, 'text_encoder')];
  const config = vae && (await readComponent(vae, autoencoderKind)).config;
  return needsOf(config, encoder && (await readComponent(encoder, textEncoderKind)).config);
}

/** Of a network on pixels that a pretraining makes, with its text encoder where it makes one. */
export function newComponentNeeds(pretrain: PretrainConfig): ComponentNeeds {
  return needsOf(null, planText(pretrain)?.config ?? null);
}

function needsOf(config: AutoencoderConfig | null, text: ClipTextConfig | null): ComponentNeeds {
  const autoencoder = config && createAutoencoder(config);
  return {
    factor: autoencoder?.factor ?? 1,
    weights: {
      encoder: bytesOf(autoencoder?.encoderShapes),
      decoder: bytesOf(autoencoder?.decoderShapes),
      text: bytesOf(text === null ? undefined : createClipText(text).shapes),
    },
    perPixel: 4 * mapsAtOnce * (config?.block_out_channels[0] ?? 0),
  };
}

function bytesOf(shapes: ReadonlyMap<string, readonly number[]> = new Map()): number {
  return 4 * [...shapes.values()].reduce((sum, shape) => sum + elementCount(shape), 0);
}

/** Height and width of the network's input for images of this size. */
export function inputSize(
  [height, width]: readonly [number, number],
  {factor}: Pick<ComponentNeeds, 'factor'>,
): [number, number] {
  return [Math.floor(height / factor), Math.floor(width / factor)];
}
