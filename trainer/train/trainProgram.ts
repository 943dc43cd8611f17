import * as tf from '@tensorflow/tfjs-core';
import type {TrainingConfig} from '../contract/training.ts';
import {createProgram, type Program, type ProgramFunction} from '../engine/program.ts';
import {unflatten, type FlatLayout} from '../nn/flatParams.ts';
import {adamWFactors, updateAdamW} from './adamW.ts';
import {clipGlobalNorm} from './clipNorm.ts';
import {emaDecay, updateEma} from './ema.ts';
import {learningRateAt} from './learningRate.ts';
import {lossAndGradient, type LossSetting} from './lossAndGradient.ts';
import {batchOfTensors, batchTensors, prepareBatch, type MicroBatch} from './microBatch.ts';
import type {TrainState} from './trainState.ts';

/** What one update measured, still on the device; the caller disposes. */
export interface UpdateLosses {
  readonly timesteps: readonly number[];
  /** Per image over all micro-batches, [N * accumulation]. */
  readonly denoise: tf.Tensor1D;
  readonly consistency: tf.Tensor1D;
  /** Global norm of the mean gradient before clipping. */
  readonly gradientNorm: tf.Scalar;
}

/** What stays on the device between updates, [total] each; `gradient` is the sum over the micro-batches of an update so far. */
interface Vectors {
  readonly weights: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
  readonly ema?: tf.Tensor1D;
  readonly gradient?: tf.Tensor1D;
}

const vectorNames = ['weights', 'first', 'second', 'ema', 'gradient'] as const;

/** The numbers of one update that are the same for all weights. */
type Scalars = [stepSize: tf.Scalar, rootCorrection: tf.Scalar, retained: tf.Scalar, emaShare: tf.Scalar];

/**
 * The optimizer updates of one training, as functions whose state stays on the device. One micro-batch: `update` does it all.
 * Accumulation: `first` starts the sum of the gradients, `next` adds to it, `apply` makes the step (mean, global-norm clipping, AdamW,
 * EMA); it costs the memory of one gradient, not of each.
 */
export class TrainProgram {
  readonly #program: Program;
  /** Names of the vectors that this training has, in the order of the program's state. */
  readonly #names: readonly (keyof Vectors)[];
  #updates: number;
  #dropoutSeed?: number;

  /** Copies `state`. All micro-batches must have the shapes of `example`, which stays the caller's. */
  constructor(
    readonly setting: LossSetting,
    readonly config: TrainingConfig,
    readonly layout: FlatLayout,
    state: TrainState,
    example: MicroBatch,
  ) {
    this.#updates = state.update;
    const gradient = config.accumulation > 1 ? tf.zerosLike(state.weights) : undefined;
    const given: Vectors = {weights: state.weights, ...state.moments, ema: state.ema ?? undefined, gradient};
    this.#names = vectorNames.filter((name) => given[name] !== undefined);
    const prepared = prepareBatch(setting, example);
    const factors = tf.zeros([4]);
    // Dropout masks are drawn on the host for every update.
    const repeatable = example.dropoutSeed === undefined;
    const captured = [...(setting.teacher?.values() ?? [])];
    const functions = this.#functions(batchTensors(prepared), factors);
    this.#program = createProgram(this.#list(given), functions, {repeatable, captured});
    tf.dispose([prepared.signal, prepared.sigma, prepared.time, factors, ...(gradient ? [gradient] : [])]);
  }

  /** Optimizer updates done, those before this program included. */
  get updates(): number {
    return this.#updates;
  }

  /** One optimizer update; the micro-batches stay the caller's. */
  update(batches: readonly MicroBatch[]): UpdateLosses {
    if (batches.length !== this.config.accumulation)
      throw new Error(`${batches.length} micro-batches for an accumulation of ${this.config.accumulation}`);
    const losses = tf.tidy(() =>
      batches.length === 1 ? this.#runUpdate(batches[0] as MicroBatch) : this.#runParts(batches),
    );
    this.#updates++;
    return {timesteps: batches.flatMap((batch) => [...batch.timesteps]), ...losses};
  }

  /** The state as tensors of the caller. */
  state(): TrainState {
    const {weights, first, second, ema, gradient} = this.#vectors(this.#program.state());
    gradient?.dispose();
    return {weights, moments: {first, second}, ema: ema ?? null, update: this.#updates};
  }

  dispose(): void {
    this.#program.dispose();
  }

  #functions(batch: readonly tf.Tensor[], factors: tf.Tensor): Record<string, ProgramFunction> {
    if (this.config.accumulation === 1) {
      return {update: this.#function([...batch, factors], (state, inputs) => this.#wholeUpdate(state, inputs))};
    }
    return {
      first: this.#function(batch, (state, inputs) => this.#addGradient(state, inputs, false)),
      next: this.#function(batch, (state, inputs) => this.#addGradient(state, inputs, true)),
      apply: this.#function([factors], (state, [factors]) => this.#applySum(state, factors)),
    };
  }

  #runUpdate(batch: MicroBatch): Omit<UpdateLosses, 'timesteps'> {
    const made = this.#program.run('update', [...this.#prepare(batch), this.#factors()]);
    const [denoise, consistency, gradientNorm] = made as [tf.Tensor1D, tf.Tensor1D, tf.Scalar];
    return {denoise, consistency, gradientNorm};
  }

  #runParts(batches: readonly MicroBatch[]): Omit<UpdateLosses, 'timesteps'> {
    const parts = batches.map((batch, i) => this.#program.run(i === 0 ? 'first' : 'next', this.#prepare(batch)));
    const [gradientNorm] = this.#program.run('apply', [this.#factors()]) as [tf.Scalar];
    const join = (part: number) => tf.concat1d(parts.map((losses) => losses[part] as tf.Tensor1D));
    return {denoise: join(0), consistency: join(1), gradientNorm};
  }

  #prepare(batch: MicroBatch): tf.Tensor[] {
    this.#dropoutSeed = batch.dropoutSeed;
    return batchTensors(prepareBatch(this.setting, batch));
  }

  #wholeUpdate(state: Vectors, inputs: readonly tf.Tensor[]) {
    const {gradient, denoise, consistency} = this.#gradient(state.weights, inputs.slice(0, -1));
    const {norm, ...next} = this.#step(state, gradient, inputs.at(-1) as tf.Tensor1D);
    return {state: next, outputs: [denoise, consistency, norm]};
  }

  #addGradient(state: Vectors, inputs: readonly tf.Tensor[], adds: boolean) {
    const {gradient, denoise, consistency} = this.#gradient(state.weights, inputs);
    const sum = adds && state.gradient ? tf.add<tf.Tensor1D>(state.gradient, gradient) : gradient;
    return {state: {...state, gradient: sum}, outputs: [denoise, consistency]};
  }

  #applySum(state: Vectors, factors: tf.Tensor | undefined) {
    const mean = tf.div<tf.Tensor1D>(state.gradient as tf.Tensor1D, this.config.accumulation);
    const {norm, ...next} = this.#step(state, mean, factors as tf.Tensor1D);
    return {state: {...next, gradient: state.gradient}, outputs: [norm]};
  }

  #gradient(weights: tf.Tensor1D, batch: readonly tf.Tensor[]) {
    const {gradientCheckpointing} = this.config;
    const options = {dropoutSeed: this.#dropoutSeed, gradientCheckpointing};
    return lossAndGradient(this.setting, unflatten(weights, this.layout), batchOfTensors(batch), options);
  }

  #step({weights, first, second, ema}: Vectors, mean: tf.Tensor1D, factors: tf.Tensor1D) {
    const {clipNorm, optimizer} = this.config;
    const [stepSize, rootCorrection, retained, emaShare] = tf.unstack(factors) as Scalars;
    const {gradient, norm} = clipGlobalNorm(mean, clipNorm);
    const next = updateAdamW(weights, gradient, {first, second}, optimizer, {stepSize, rootCorrection, retained});
    return {weights: next.weights, ...next.moments, ...(ema && {ema: updateEma(ema, next.weights, emaShare)}), norm};
  }

  /** The numbers of the coming update, in the order of `Scalars`, [4]. */
  #factors(): tf.Tensor1D {
    const {schedule, optimizer, updates, ema} = this.config;
    const update = this.#updates + 1;
    const learningRate = learningRateAt(schedule, optimizer.learningRate, this.#updates, updates);
    const {stepSize, rootCorrection, retained} = adamWFactors(optimizer, learningRate, update);
    return tf.tensor1d([stepSize, rootCorrection, retained, ema ? 1 - emaDecay(ema, update) : 0]);
  }

  /** A program's function from one on vectors by name. */
  #function(
    examples: readonly tf.Tensor[],
    f: (state: Vectors, inputs: readonly tf.Tensor[]) => {state: Vectors; outputs: tf.Tensor[]},
  ): ProgramFunction {
    return {
      examples,
      body: (tensors, inputs) => {
        const {state, outputs} = f(this.#vectors(tensors), inputs);
        return {state: this.#list(state), outputs};
      },
    };
  }

  #vectors(tensors: readonly tf.Tensor[]): Vectors {
    return Object.fromEntries(this.#names.map((name, i) => [name, tensors[i]])) as unknown as Vectors;
  }

  #list(vectors: Vectors): tf.Tensor[] {
    return this.#names.map((name) => vectors[name] as tf.Tensor1D);
  }
}
