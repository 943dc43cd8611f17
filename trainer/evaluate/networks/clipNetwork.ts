import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D} from '@tensorflow/tfjs-core';
import {centreSquare} from '../../data/pictures/pillowResize.ts';
import {createClipText} from '../../models/clip/clipText.ts';
import {UserError} from '../../contract/errors.ts';
import {linear} from '../../nn/layers.ts';
import {disposeParams, param} from '../../nn/params.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import {openWeightsFile} from '../../store/weights/weightsFile.ts';
import type {FeatureNetwork} from '../featureNetwork.ts';
import {clipLayoutOf, clipTensors, type ClipLayout} from './clipNames.ts';
import {clipTextSizes, clipVisionSizes, readClipSettings, tokenEmbedding} from './clipSettings.ts';
import {createClipVision} from './clipVision.ts';
import {createFeatureProgram} from './featureProgram.ts';
import {loadNetworkParams, weightsRecord, type NetworkFiles} from './networkWeights.ts';
import {normalisedPixels, type ColourStatistics} from './normalisedPixels.ts';
import {pictureNetwork} from './pictureNetwork.ts';

/** Of the images that OpenAI trained CLIP on; open_clip's models go by them too. */
const colours: ColourStatistics = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  deviation: [0.26862954, 0.26130258, 0.27577711],
};
const hint = 'Take the weights of a CLIP with a vision transformer, of open_clip or of transformers.';

/** CLIP's image tower: features are its image embeddings, not normalised. */
export async function loadClipNetwork(files: NetworkFiles): Promise<FeatureNetwork> {
  const {tensors, settings} = await openClip(files);
  try {
    const sizes = clipVisionSizes(tensors.shapes, settings);
    const vision = createClipVision(sizes);
    const own = {...tensors, shapes: new Map([...tensors.shapes].filter(([name]) => name.startsWith('vis')))};
    const params = await loadNetworkParams(own, vision.shapes, {what: "CLIP's image tower", path: files.weights, hint});
    const program = createFeatureProgram(params, (weights, images) => [vision.run(weights, images)]);
    const {side, embedding} = sizes;
    return pictureNetwork({
      record: {
        name: 'clip',
        dimension: embedding,
        preprocessing: `open_clip: Pillow's bicubic, short side to ${side}, centre crop, CLIP's mean and deviation; ${settings.activation}`,
        weights: await weightsRecord(files.weights),
      },
      side,
      prepare: (picture) => normalisedPixels(centreSquare(picture, side, 'bicubic'), colours),
      program,
    });
  } finally {
    await tensors.close();
  }
}

/** CLIP's text tower with its weights on the device. */
export interface ClipTextTower {
  /** Ids of a text. */
  readonly length: number;
  /** Whose rules its tokenizer goes by. */
  readonly layout: ClipLayout;
  /** Ids [N, length] -> text embeddings [N, embedding], not normalised, the caller's. */
  embed(ids: readonly (readonly number[])[]): Tensor2D;
  dispose(): void;
}

export async function loadClipTextTower(files: NetworkFiles): Promise<ClipTextTower> {
  const {tensors, settings, layout} = await openClip(files);
  try {
    requireTextTower(tensors, files);
    const config = clipTextSizes(tensors.shapes, settings);
    const text = createClipText(config, files.config ?? files.weights);
    const [embedding = 0] = tensors.shapes.get(projection) ?? [];
    const shapes = new Map([...text.shapes, [projection, [config.hidden_size, embedding]]]);
    const own = {...tensors, shapes: new Map([...tensors.shapes].filter(([name]) => name.startsWith('text')))};
    const params = await loadNetworkParams(own, shapes, {what: "CLIP's text tower", path: files.weights, hint});
    return {
      length: text.length,
      layout,
      embed: (ids) =>
        tf.tidy(() => {
          const states = text.encode(params, text.idTensor(ids));
          return linear(text.pool(states, text.poolingPositions(ids)), param<Tensor2D>(params, projection), null);
        }),
      dispose: () => disposeParams(params),
    };
  } finally {
    await tensors.close();
  }
}

/** Whose rules the tokenizer goes by that belongs to weights; throws a UserError for weights without a text tower. */
export async function clipTextLayout(files: NetworkFiles): Promise<ClipLayout> {
  const {tensors, layout} = await openClip(files);
  try {
    requireTextTower(tensors, files);
    return layout;
  } finally {
    await tensors.close();
  }
}

function requireTextTower({shapes}: TensorReader, {weights}: NetworkFiles): void {
  if (shapes.has(tokenEmbedding) && shapes.has(projection)) return;
  throw new UserError('features-weights', 'These weights have no text tower of CLIP, so they give no CLIP score.', {
    where: weights,
    hint,
  });
}

const projection = 'text_projection.weight';

async function openClip({weights, config}: NetworkFiles) {
  const reader = await openWeightsFile(weights);
  try {
    const layout = clipLayoutOf(reader);
    const tensors = clipTensors(reader);
    return {tensors, layout, settings: await readClipSettings(weights, tensors.shapes, layout, config)};
  } catch (error) {
    await reader.close();
    throw error;
  }
}
