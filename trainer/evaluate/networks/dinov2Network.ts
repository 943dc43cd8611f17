import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import {toRgb} from '../../data/pictures/pillowImage.ts';
import {resize} from '../../data/pictures/resize.ts';
import {param, type Params} from '../../nn/params.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';
import {openWeightsFile} from '../../store/weights/weightsFile.ts';
import type {FeatureNetwork} from '../featureNetwork.ts';
import {dinov2Shapes, runDinov2, type Dinov2Sizes} from './dinov2.ts';
import {dinov2Tensors, isTransformersDinov2} from './dinov2Names.ts';
import {createFeatureProgram} from './featureProgram.ts';
import {loadNetworkParams, weightsRecord, type NetworkFiles} from './networkWeights.ts';
import {normalisedPixels, type ColourStatistics} from './normalisedPixels.ts';
import {pictureNetwork} from './pictureNetwork.ts';
import {resizePositions, type PositionScale} from './positionGrid.ts';

/** Of ImageNet. */
const colours: ColourStatistics = {mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]};
/** Height and width that dgm-eval (Stein et al. 2023) gives to images. */
const side = 224;
/** Added to the number of patches when the original scales its positions, against rounding. Transformers scales by the sizes themselves. */
const offset = 0.1;
const headWidth = 64;

/** DINOv2 as FD-DINOv2 uses it: features are the class token after the last norm. */
export async function loadDinov2Network({weights}: NetworkFiles): Promise<FeatureNetwork> {
  const reader = await openWeightsFile(weights);
  const tensors = dinov2Tensors(reader, weights);
  const sizes = dinov2Sizes(tensors, weights);
  const params = await loadNetworkParams(tensors, dinov2Shapes(sizes), {
    what: 'DINOv2',
    path: weights,
    hint: 'Take dinov2_vitl14_pretrain.pth or dinov2_vitb14_pretrain.pth, or the weights of facebook/dinov2-large or -base.',
  }).finally(() => reader.close());
  const grid = side / sizes.patch;
  const isOriginal = sizes.registers === 0 && !isTransformersDinov2(reader);
  const positions = await positionsFor(params, {
    from: sizes.grid,
    to: grid,
    step: sizes.grid / (grid + (isOriginal ? offset : 0)),
    antialias: sizes.registers > 0,
  });
  const all = new Map([...params, ['positions', positions]]);
  const program = createFeatureProgram(all, (own, images) => [
    runDinov2(own, sizes, images, param<Tensor2D>(own, 'positions')),
  ]);
  return pictureNetwork({
    record: {
      name: 'dinov2',
      dimension: sizes.width,
      preprocessing: `dgm-eval: Pillow's bicubic to ${side}x${side}, ImageNet's mean and deviation`,
      weights: await weightsRecord(weights),
    },
    side,
    prepare: (picture) => normalisedPixels(resize(toRgb(picture), {width: side, height: side}, 'bicubic'), colours),
    program,
  });
}

async function positionsFor(params: Params, scale: PositionScale): Promise<Tensor2D> {
  const learnt = param(params, 'pos_embed');
  const width = learnt.shape[2] ?? 1;
  return tf.tensor2d(resizePositions((await learnt.data()) as Float32Array, scale), [scale.to ** 2 + 1, width]);
}

function dinov2Sizes({shapes}: TensorReader, where: string): Dinov2Sizes {
  const [width = 0, , patch = 0] = shapes.get('patch_embed.proj.weight') ?? [];
  const [, positions = 0] = shapes.get('pos_embed') ?? [];
  const [inner = 0] = shapes.get('blocks.0.mlp.fc1.weight') ?? [];
  let layers = 0;
  while (shapes.has(`blocks.${layers}.norm1.weight`)) layers++;
  if (width % headWidth !== 0 || side % patch !== 0 || layers === 0 || inner === 0) {
    throw new UserError(
      'features-weights',
      'These are not the weights of DINOv2 with plain layers (ViT-S/14, B/14 or L/14).',
      {
        where,
        hint: 'Take dinov2_vitl14_pretrain.pth or dinov2_vitb14_pretrain.pth.',
      },
    );
  }
  return {
    width,
    inner,
    layers,
    heads: width / headWidth,
    patch,
    grid: Math.round(Math.sqrt(positions - 1)),
    registers: shapes.get('register_tokens')?.[1] ?? 0,
  };
}
