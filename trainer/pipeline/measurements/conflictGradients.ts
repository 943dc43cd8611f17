import * as tf from '@tensorflow/tfjs-core';
import type {GradientConflict} from '../../contract/run/measured/gradientConflict.ts';
import {UserError} from '../../contract/errors.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {checkEngine} from '../../engine/checkEngine.ts';
import {heldOutImages, type HeldOutImages} from '../../evaluate/heldOutImages.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {flatLayout} from '../../nn/flatParams.ts';
import type {Params} from '../../nn/params.ts';
import {createRandom} from '../../random.ts';
import {addSketch, sketchLayout, type SketchLayout} from '../../train/conflict/gradientSketch.ts';
import {GradientProgram} from '../../train/conflict/gradientProgram.ts';
import type {MicroBatch} from '../../train/microBatch.ts';
import {openBaseComponents} from '../runModels.ts';
import {openNetworkData} from '../stages/data/networkData.ts';
import type {StageContext} from '../stages/stageContext.ts';

/** Whose gradients, on which images, and how much is kept of them. */
export interface ConflictGradientsOf {
  readonly base: OpenModel;
  /** Of the model, which may be another than the base. */
  readonly params: Params;
  readonly train: ImageSource;
  readonly recipe: GradientConflict['recipe'];
  readonly width: number;
}

/** Gradients of the denoising loss at single timesteps, at all of them on the same images with the same noise. */
export class ConflictGradients {
  readonly layout: SketchLayout;
  readonly #program: GradientProgram;
  readonly #batch: (first: number, timestep: number) => MicroBatch;
  readonly #recipe: GradientConflict['recipe'];

  private constructor(
    {base, params, recipe, width}: ConflictGradientsOf,
    checkpointing: boolean,
    images: HeldOutImages,
  ) {
    const {images: count, batch, seed, weighting} = recipe;
    const noise = noiseOf(images, count, seed);
    this.#recipe = recipe;
    this.#batch = (first, timestep) => microBatch(images, noise, {first, batch, timestep});
    this.layout = sketchLayout(flatLayout(params), width, seed);
    const {denoiser, schedule} = base;
    const example = this.#batch(0, 0);
    const options = {gradientCheckpointing: checkpointing};
    this.#program = new GradientProgram({denoiser, schedule, weighting}, params, example, options);
    disposeBatch(example);
  }

  /** The images in the space of the network, with their texts, are computed now or read from the cache. */
  static async open(context: StageContext, of: ConflictGradientsOf): Promise<ConflictGradients> {
    const {images, seed} = of.recipe;
    const components = await openBaseComponents(context, of.base);
    try {
      const need = {what: 'training images', images, forTraining: false};
      const source = await openNetworkData(context, components, of.train, need);
      const checkpointing = context.resolved.config.decouple?.gradientCheckpointing ?? false;
      return new ConflictGradients(of, checkpointing, await heldOutImages(source, images, seed));
    } finally {
      components.unload();
    }
  }

  /** The sketch of the gradient at a timestep, [layout.total]. Throws a UserError where it is not finite. */
  async at(timestep: number): Promise<Float32Array> {
    const {images, batch} = this.#recipe;
    const sketch = new Float64Array(this.layout.total);
    for (let first = 0; first < images; first += batch) {
      checkEngine();
      const inputs = this.#batch(first, timestep);
      const gradient = this.#program.gradient(inputs);
      disposeBatch(inputs);
      await addSketch(this.layout, gradient, batch / images, sketch).finally(() => tf.dispose(gradient));
    }
    if (sketch.every(Number.isFinite)) return Float32Array.from(sketch);
    throw new UserError('gradient-not-finite', `The gradient at timestep ${timestep} is not finite.`, {
      hint: 'The model has diverged: measure another.',
    });
  }

  dispose(): void {
    this.#program.dispose();
  }
}

/** Noise of each image, which depends on the seed and its number alone. */
function noiseOf({shape}: HeldOutImages, count: number, seed: number): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const noise = new Float32Array(count * size);
  for (let i = 0; i < count; i++)
    createRandom(seed, 'conflict', 'noise', i).fillNormal(noise.subarray(i * size, (i + 1) * size));
  return noise;
}

function microBatch(
  {images, shape, context}: HeldOutImages,
  noise: Float32Array,
  {first, batch, timestep}: {readonly first: number; readonly batch: number; readonly timestep: number},
): MicroBatch {
  const rows = (values: Float32Array, size: number) => values.slice(first * size, (first + batch) * size);
  const size = shape[0] * shape[1] * shape[2];
  const tensor = (values: Float32Array) => tf.tensor4d(rows(values, size), [batch, ...shape]);
  const texts =
    context && tf.tensor3d(rows(context.values, context.shape[0] * context.shape[1]), [batch, ...context.shape]);
  return {
    images: tensor(images),
    noise: tensor(noise),
    timesteps: Array.from({length: batch}, () => timestep),
    ...(texts && {condition: {context: texts}}),
  };
}

function disposeBatch({images, noise, condition}: MicroBatch): void {
  tf.dispose([images, noise, ...(condition?.context ? [condition.context] : [])]);
}
