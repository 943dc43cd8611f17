import * as tf from '@tensorflow/tfjs-core';
import type {TrainingConfig} from '../contract/config/training.ts';
import {byLossTerm, type LossTerm, lossTermNames} from '../contract/run/lossTerms.ts';
import {createProgram} from '../engine/createProgram.ts';
import {moveTowards} from '../engine/ops/moveTowards.ts';
import {inTurn} from '../engine/ops/order.ts';
import {zeroUnless} from '../engine/ops/zeroUnless.ts';
import type {Program, ProgramFunction} from '../engine/program.ts';
import {unflatten, type FlatLayout, type FlatVector} from '../nn/flatParams.ts';
import {recordLayout, type RecordLayout} from '../nn/tensorRecord.ts';
import {adamWFactors, updateAdamW, type Moments} from './adamW.ts';
import {clipFactor} from './clipNorm.ts';
import {learningRates, type LearningRates} from './trainingHistory.ts';
import {emaDecay} from './ema.ts';
import {lossAndGradient, type LossSetting} from './lossAndGradient.ts';
import {disposePrepared, prepareBatch, type MicroBatch, type PreparedBatch} from './microBatch.ts';
import type {TrainState} from './trainState.ts';

/** What one update measured, still on the device; the caller disposes of it. */
export interface UpdateLosses {
  readonly timesteps: readonly number[];
  /** Of each image of all micro-batches, [N * accumulation], unweighted. */
  readonly losses: Readonly<Record<LossTerm, tf.Tensor1D>>;
  /** Global norm of the mean gradient before clipping. */
  readonly gradientNorm: tf.Scalar;
  /** Whether it changed nothing, as its gradient was not finite in f16; left out: no. */
  readonly skipped?: boolean;
}

/** What stays on the device between updates; `gradient` is the sum over the micro-batches of an update so far. */
interface Vectors {
  readonly weights: FlatVector;
  readonly first: FlatVector;
  readonly second: FlatVector;
  readonly ema?: FlatVector;
  readonly gradient?: FlatVector;
}

const vectorNames = ['weights', 'first', 'second', 'ema', 'gradient'] as const;

/** The numbers of one update that are the same for all weights; `unscale`, what undoes the scale of the loss, where it has one. */
type Scalars = [rate: tf.Scalar, epsilon: tf.Scalar, retained: tf.Scalar, emaShare: tf.Scalar, unscale?: tf.Scalar];

/**
 * The optimizer updates of one training, as functions whose state stays on the device. One micro-batch: `update` does it all.
 * Accumulation: `first` starts the sum of the gradients, `next` adds to it, `apply` makes the step (mean, global-norm clipping, AdamW,
 * EMA); it costs the memory of one gradient, not of each.
 */
export class TrainProgram {
  readonly #program: Program;
  /** Names of the vectors that this training has, in the order of the program's state. */
  readonly #names: readonly (keyof Vectors)[];
  readonly #batches: RecordLayout<PreparedBatch>;
  #updates: number;
  /** Of the micro-batch that is run. */
  #dropoutSeed?: number;

  /** Copies `state`. All micro-batches must have the shapes of `example`, which stays the caller's. */
  constructor(
    readonly setting: LossSetting,
    readonly config: TrainingConfig,
    readonly layout: FlatLayout,
    state: TrainState,
    example: MicroBatch,
    readonly rates: LearningRates = learningRates(config),
  ) {
    this.#updates = state.update;
    const gradient = config.accumulation > 1 ? state.weights.map((segment) => tf.zerosLike(segment)) : undefined;
    const {weights, first, second, ema} = state;
    const given: Vectors = {weights, first, second, ema: ema ?? undefined, gradient};
    this.#names = vectorNames.filter((name) => given[name] !== undefined);
    const prepared = prepareBatch(setting, example);
    this.#dropoutSeed = example.dropoutSeed;
    this.#batches = recordLayout(prepared);
    const factors = tf.zeros([setting.lossScale ? 5 : 4]);
    const captured = [...(setting.teacher?.values() ?? [])];
    const functions = this.#functions(this.#batches.list(prepared), factors);
    this.#program = createProgram(this.#list(given), functions, {captured});
    disposePrepared(prepared);
    tf.dispose([factors, ...(gradient ?? [])]);
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
    tf.dispose(gradient ?? []);
    return {weights, first, second, ema: ema ?? null, update: this.#updates};
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
    return {losses: lossesOf((i) => made[i]), gradientNorm: made.at(-1) as tf.Scalar};
  }

  #runParts(batches: readonly MicroBatch[]): Omit<UpdateLosses, 'timesteps'> {
    const parts = batches.map((batch, i) => this.#program.run(i === 0 ? 'first' : 'next', this.#prepare(batch)));
    const [gradientNorm] = this.#program.run('apply', [this.#factors()]) as [tf.Scalar];
    return {losses: lossesOf((i) => tf.concat1d(parts.map((part) => part[i] as tf.Tensor1D))), gradientNorm};
  }

  #prepare(batch: MicroBatch): tf.Tensor[] {
    this.#dropoutSeed = batch.dropoutSeed;
    return this.#batches.list(prepareBatch(this.setting, batch));
  }

  #wholeUpdate(state: Vectors, inputs: readonly tf.Tensor[]) {
    const {gradient, losses} = this.#gradient(state.weights, inputs.slice(0, -1));
    const {norm, ...next} = this.#step(state, gradient, inputs.at(-1) as tf.Tensor1D);
    return {state: next, outputs: [...Object.values(losses), norm]};
  }

  #addGradient(state: Vectors, inputs: readonly tf.Tensor[], adds: boolean) {
    const {gradient, losses} = this.#gradient(state.weights, inputs);
    const before = adds ? state.gradient : undefined;
    const sum = before
      ? gradient.map((segment, i) => tf.add<tf.Tensor1D>(segment, before[i] as tf.Tensor1D))
      : gradient;
    return {state: {...state, gradient: sum}, outputs: Object.values(losses)};
  }

  #applySum(state: Vectors, factors: tf.Tensor | undefined) {
    const sum = state.gradient as FlatVector;
    const mean = sum.map((segment) => tf.div<tf.Tensor1D>(segment, this.config.accumulation));
    const {norm, ...next} = this.#step(state, mean, factors as tf.Tensor1D);
    return {state: {...next, gradient: sum}, outputs: [norm]};
  }

  #gradient(weights: FlatVector, batch: readonly tf.Tensor[]) {
    const {gradientCheckpointing, precision} = this.config;
    const dropoutSeed = this.#dropoutSeed === undefined ? undefined : () => this.#dropoutSeed as number;
    const options = {dropoutSeed, gradientCheckpointing, precision};
    return lossAndGradient(this.setting, unflatten(weights, this.layout), this.#batches.record(batch), options);
  }

  #step({weights, first, second, ema}: Vectors, mean: FlatVector, factors: tf.Tensor1D) {
    const {optimizer} = this.config;
    const {rate, epsilon, retained, emaShare, betas, ...clipped} = this.#numbers(mean, tf.unstack(factors) as Scalars);
    const {norm, scaled} = clipped;
    // All segments at once would need temporaries as large as the network.
    const steps = mean.map((part, i) => () => {
      const moments = {first: first[i], second: second[i]} as Moments;
      const numbers = {rate, epsilon, retained, betas};
      const next = updateAdamW(weights[i] as tf.Tensor1D, scaled(part), moments, optimizer, numbers);
      const average = ema && moveTowards(ema[i] as tf.Tensor1D, next.weights, emaShare);
      return {weights: next.weights, ...next.moments, average};
    });
    const segments = inTurn(steps);
    const next = {
      weights: segments.map(({weights}) => weights),
      first: segments.map(({first}) => first),
      second: segments.map(({second}) => second),
      ...(ema && {ema: segments.map(({average}) => average as tf.Tensor1D)}),
    };
    return {...next, norm};
  }

  /**
   * What a step of this gradient takes. With a loss scale, one that is not finite makes it take none of the gradient, and the moments, the weights
   * and their average stay as they are.
   */
  #numbers(mean: FlatVector, [rate, epsilon, retained, emaShare, unscale]: Scalars) {
    const {clipNorm, optimizer} = this.config;
    const {factor, norm} = clipFactor(mean, clipNorm, unscale);
    const given = {rate, epsilon, retained, emaShare, betas: optimizer.betas, norm};
    if (!unscale || !factor) {
      return {...given, scaled: (part: tf.Tensor1D) => (factor === null ? part : tf.mul<tf.Tensor1D>(part, factor))};
    }
    const kept = tf.cast<tf.Scalar>(tf.isFinite(norm), 'float32');
    const used = zeroUnless(factor, kept);
    const oneUnless = (share: tf.Scalar | number) => tf.sub<tf.Scalar>(1, tf.mul(tf.sub(1, share), kept));
    return {
      ...given,
      rate: tf.mul<tf.Scalar>(rate, kept),
      emaShare: tf.mul<tf.Scalar>(emaShare, kept),
      retained: oneUnless(retained),
      betas: [oneUnless(optimizer.betas[0]), oneUnless(optimizer.betas[1])] as const,
      scaled: (part: tf.Tensor1D) => zeroUnless(part, used),
    };
  }

  /** The numbers of the coming update, in the order of `Scalars`. */
  #factors(): tf.Tensor1D {
    const {optimizer, ema} = this.config;
    const {lossScale} = this.setting;
    // The moments and the average have seen none of the updates that were left out.
    const update = this.#updates + 1 - (lossScale?.skipped ?? 0);
    const learningRate = this.rates(this.#updates);
    const {rate, epsilon, retained} = adamWFactors(optimizer, learningRate, update);
    const numbers = [rate, epsilon, retained, ema ? 1 - emaDecay(ema, update) : 0];
    return tf.tensor1d(lossScale ? [...numbers, 1 / lossScale.scale] : numbers);
  }

  /** Turns a function of named vectors into a program's function, which has them in a list. */
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
    const count = this.layout.counts.length;
    const part = (i: number) => tensors.slice(i * count, (i + 1) * count);
    return Object.fromEntries(this.#names.map((name, i) => [name, part(i)])) as unknown as Vectors;
  }

  #list(vectors: Vectors): tf.Tensor[] {
    return this.#names.flatMap((name) => [...(vectors[name] ?? [])]);
  }
}

/** The losses among the outputs of a function, which begin with them in the order of the terms. */
function lossesOf(output: (i: number) => tf.Tensor | undefined): UpdateLosses['losses'] {
  return byLossTerm((term) => output(lossTermNames.indexOf(term)) as tf.Tensor1D);
}
