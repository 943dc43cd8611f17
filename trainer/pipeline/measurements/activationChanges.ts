import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {ActivationChange, SiteChange} from '../../contract/run/measured/activationChange.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {checkEngine} from '../../engine/checkEngine.ts';
import {ActivationProbe, type MapChange} from '../../evaluate/activations/activationProbe.ts';
import {AxisTally} from '../../evaluate/activations/axisTally.ts';
import {architectureOf} from '../../models/architectures.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {addNoise, noiseLevels} from '../../schedulers/schedule.ts';
import type {MicroBatch} from '../../train/microBatch.ts';
import {loadModelParams} from '../runModels.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {TimestepBatches} from './timestepBatches.ts';

/** Whose feature maps are compared with those of the base, and on which images. */
export interface ActivationChangesOf {
  readonly model: RunModel;
  readonly base: OpenModel;
  readonly validation: ImageSource;
  readonly recipe: ActivationChange['recipe'];
}

/** Changes of the feature maps at single timesteps, at all of them on the same images with the same noise. */
export class ActivationChanges {
  readonly #base: OpenModel;
  readonly #params: readonly Params[];
  readonly #probe: ActivationProbe;
  readonly #batches: TimestepBatches;

  private constructor(base: OpenModel, before: Params, after: Params, batches: TimestepBatches) {
    this.#base = base;
    this.#params = [before, after];
    this.#probe = new ActivationProbe(base.denoiser, before, after);
    this.#batches = batches;
  }

  /** Loads both models. The images in the space of the network, with their texts, are computed now or read from the cache. */
  static async open(
    context: StageContext,
    {model, base, validation, recipe}: ActivationChangesOf,
  ): Promise<ActivationChanges> {
    const settings = {plan: recipe, seed: recipe.seed, what: 'validation images', purpose: 'activations'};
    const batches = await TimestepBatches.open(context, base, validation, settings);
    const before = await loadModelParams(context, base, {kind: 'base'});
    try {
      return new ActivationChanges(base, before, await loadModelParams(context, base, model), batches);
    } catch (error) {
      disposeParams(before);
      throw error;
    }
  }

  /** The changes at the timesteps measured earlier, with those at one more. Throws a UserError where a feature map is not finite. */
  async after(earlier: readonly SiteChange[], timestep: number, signal: AbortSignal): Promise<SiteChange[]> {
    const names = architectureOf(this.#base.folder.unetConfig).projectionSites.map(({name}) => name);
    const tallies = names.map((name) => ({name, channel: new AxisTally(), spatial: new AxisTally()}));
    let shapes: MapChange['shape'][] = [];
    for await (const batch of this.#batches.all(timestep)) {
      signal.throwIfAborted();
      checkEngine();
      const changes = await this.#measure(batch);
      shapes = changes.map(({shape}) => shape);
      changes.forEach(({channel, spatial}, site) => {
        const tally = tallies[site];
        const numbers = [channel, spatial].flatMap(({before, change}) => [before, change]);
        if (!numbers.every((values) => values.every(Number.isFinite))) throw notFinite(names[site] ?? '', timestep);
        tally?.channel.add(channel);
        tally?.spatial.add(spatial);
      });
    }
    return tallies.map(({name, channel, spatial}, site) => {
      const [height, width, channels] = shapes[site] ?? [0, 0, 0];
      return {
        name,
        shape: [height, width, channels],
        channel: channel.after(earlier[site]?.channel),
        spatial: spatial.after(earlier[site]?.spatial),
      };
    });
  }

  dispose(): void {
    this.#probe.dispose();
    this.#params.forEach(disposeParams);
  }

  async #measure({images, noise, timesteps, condition}: MicroBatch): Promise<MapChange[]> {
    const levels = noiseLevels(this.#base.schedule, timesteps);
    const noisy = addNoise(levels, images, noise);
    try {
      return await this.#probe.measure(noisy, timesteps, condition);
    } finally {
      tf.dispose([noisy, levels.signal, levels.sigma]);
    }
  }
}

function notFinite(site: string, timestep: number): UserError {
  const message = `The feature map after the block "${site}" is not finite at timestep ${timestep}.`;
  return new UserError('activations-not-finite', message, {hint: 'The model has diverged: measure another.'});
}
