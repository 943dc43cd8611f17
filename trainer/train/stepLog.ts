import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {NewRunEvent} from '../contract/events.ts';
import type {TrainingConfig} from '../contract/training.ts';
import {learningRateAt} from './learningRate.ts';
import {TimestepBuckets} from './timestepBuckets.ts';
import type {UpdateLosses} from './trainProgram.ts';

/**
 * Gathers the losses of updates and emits them as `step` and `buckets` events. Losses stay on the device until `logEvery` updates
 * are together: reading them back makes host and device wait for each other.
 */
export class StepLog {
  readonly #buckets: TimestepBuckets;
  #waiting: UpdateLosses[] = [];
  #bucketsFrom: number;
  #lastTime = performance.now();

  constructor(
    readonly stage: string,
    readonly config: TrainingConfig,
    timesteps: number,
    update: number,
    readonly emit: (event: NewRunEvent) => void,
  ) {
    this.#buckets = new TimestepBuckets(config.timestepBuckets, timesteps);
    this.#bucketsFrom = update;
  }

  /** Takes over the losses of update number `update` (from 1). */
  async add(update: number, losses: UpdateLosses): Promise<void> {
    this.#waiting.push(losses);
    if (update % this.config.logEvery === 0 || update === this.config.updates) await this.#emitStep(update);
    if (update % this.config.bucketEvery === 0) await this.flush(update);
  }

  /** Emits all that waits; called before every checkpoint, so that nothing is lost or told twice after a resume. */
  async flush(update: number): Promise<void> {
    if (this.#waiting.length > 0) await this.#emitStep(update);
    if (this.#bucketsFrom === update) return;
    this.emit({type: 'buckets', stage: this.stage, from: this.#bucketsFrom, to: update, ...this.#buckets.take()});
    this.#bucketsFrom = update;
  }

  dispose(): void {
    for (const {denoise, consistency, gradientNorm} of this.#waiting) tf.dispose([denoise, consistency, gradientNorm]);
    this.#waiting = [];
  }

  async #emitStep(update: number): Promise<void> {
    const count = this.#waiting.length;
    const {denoise, consistency, gradientNorm} = await this.#readBack();
    const learningRate = learningRateAt(
      this.config.schedule,
      this.config.optimizer.learningRate,
      update - 1,
      this.config.updates,
    );
    const now = performance.now();
    const secondsPerUpdate = (now - this.#lastTime) / 1000 / count;
    this.#lastTime = now;
    const {updates} = this.config;
    this.emit({
      type: 'step',
      stage: this.stage,
      update,
      updates,
      denoise,
      consistency,
      gradientNorm,
      learningRate,
      secondsPerUpdate,
    });
    if (![denoise, consistency, gradientNorm].every(Number.isFinite))
      throw divergedError(this.stage, update, learningRate);
  }

  /** Means over the waiting updates; the per-image losses go to the buckets. */
  async #readBack() {
    const all = {denoise: [] as number[], consistency: [] as number[], gradientNorm: [] as number[]};
    for (const losses of this.#waiting) {
      const [denoise, consistency, norm] = await Promise.all([
        losses.denoise.data(),
        losses.consistency.data(),
        losses.gradientNorm.data(),
      ]);
      this.#buckets.add(losses.timesteps, denoise, consistency);
      all.denoise.push(...denoise);
      all.consistency.push(...consistency);
      all.gradientNorm.push(...norm);
    }
    this.dispose();
    return {denoise: mean(all.denoise), consistency: mean(all.consistency), gradientNorm: mean(all.gradientNorm)};
  }
}

function divergedError(stage: string, update: number, learningRate: number): UserError {
  return new UserError(
    'loss-not-finite',
    `The loss of ${stage} is not a finite number at update ${update} (learning rate ${learningRate}).`,
    {
      hint: 'Lower the learning rate; the last checkpoint is from before it happened.',
    },
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
