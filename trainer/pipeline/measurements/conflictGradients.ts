import * as tf from '@tensorflow/tfjs-core';
import type {GradientConflict} from '../../contract/run/measured/gradientConflict.ts';
import {UserError} from '../../contract/errors.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {checkEngine} from '../../engine/checkEngine.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {flatLayout} from '../../nn/flatParams.ts';
import type {Params} from '../../nn/params.ts';
import {disposeBatches} from '../../train/batches/batchReader.ts';
import {addSketch, sketchLayout, type SketchLayout} from '../../train/conflict/gradientSketch.ts';
import {GradientProgram} from '../../train/conflict/gradientProgram.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {TimestepBatches} from './timestepBatches.ts';

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
  readonly #batches: TimestepBatches;
  readonly #recipe: GradientConflict['recipe'];

  private constructor(
    {base, params, recipe, width}: ConflictGradientsOf,
    checkpointing: boolean,
    batches: TimestepBatches,
  ) {
    this.#recipe = recipe;
    this.#batches = batches;
    this.layout = sketchLayout(flatLayout(params), width, recipe.seed);
    const {denoiser, schedule} = base;
    const example = batches.at(0, 0);
    const options = {gradientCheckpointing: checkpointing};
    const {weighting} = recipe;
    this.#program = new GradientProgram({denoiser, schedule, weighting}, params, example, options);
    disposeBatches([example]);
  }

  /** The images in the space of the network, with their texts, are computed now or read from the cache. */
  static async open(context: StageContext, of: ConflictGradientsOf): Promise<ConflictGradients> {
    const {recipe} = of;
    const settings = {plan: recipe, seed: recipe.seed, what: 'training images', purpose: 'conflict'};
    const batches = await TimestepBatches.open(context, of.base, of.train, settings);
    return new ConflictGradients(of, context.resolved.config.decouple?.gradientCheckpointing ?? false, batches);
  }

  /** The sketch of the gradient at a timestep, [layout.total]. Throws a UserError where it is not finite. */
  async at(timestep: number): Promise<Float32Array> {
    const {images, batch: size} = this.#recipe;
    const sketch = new Float64Array(this.layout.total);
    for await (const batch of this.#batches.all(timestep)) {
      checkEngine();
      const gradient = this.#program.gradient(batch);
      await addSketch(this.layout, gradient, size / images, sketch).finally(() => tf.dispose(gradient));
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
