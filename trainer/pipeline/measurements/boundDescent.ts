import {OptimizerConfig} from '../../contract/config/training.ts';
import {UserError} from '../../contract/errors.ts';
import type {BoundState, BoundTest, MergeBound} from '../../contract/run/measured/mergeBound.ts';
import {heldOutBatch} from '../../evaluate/heldOut.ts';
import {meanLoss, summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import {adamWFactors} from '../../train/adamW.ts';
import {disposeBatches} from '../../train/batches/batchReader.ts';
import type {MicroBatch} from '../../train/microBatch.ts';
import {mergeLosses} from '../search/checkSearch.ts';
import type {LabHeldOut} from '../search/labHeldOut.ts';
import type {MergeLab} from '../search/mergeLab.ts';
import {boundParts} from './boundParts.ts';
import type {MeasurementHooks} from './measurement.ts';
import {mergeAt, WeightGradient, type FlatWeights} from './weightGradient.ts';

/** Adam as Kingma and Ba have it (arXiv 1412.6980), without weight decay. */
const adam = OptimizerConfig.parse({betas: [0.9, 0.999], weightDecay: 0});

/** The steps that are still missing, and the measurement on test images behind them. */
export class BoundDescent {
  constructor(
    private readonly lab: MergeLab,
    private readonly checkpointing: boolean,
    private readonly hooks: MeasurementHooks<MergeBound>,
  ) {}

  async run(begun: MergeBound): Promise<MergeBound> {
    if (begun.state === null) return begun;
    const {images, timestepsPerRange: timesteps, seed} = begun.recipe;
    const heldOut = await this.lab.heldOut({part: 'validation', images, timesteps, seed});
    const stepped = await this.#descend(begun, begun.state, heldOut);
    const parts = boundParts(stepped, this.lab.partOf);
    return {...stepped, parts, state: null, test: await this.#test(stepped)};
  }

  async #descend(begun: MergeBound, from: BoundState, heldOut: LabHeldOut): Promise<MergeBound> {
    const {hooks} = this;
    const {steps, every, batch, learningRate} = begun.recipe;
    const gradient = this.#gradient(heldOut, batch);
    let bound = begun;
    try {
      for (let state = from; ;) {
        const isDue = state.step % every === 0 || state.step === steps;
        if (isDue && bound.curve.at(-1)?.step !== state.step) bound = await this.#measured(bound, state, heldOut);
        if (state.step === steps) return bound;
        state = adamStep(state, await gradient.at(state.weights, this.#batches(heldOut, batch)), learningRate);
        if (!state.weights.every(Number.isFinite)) throw diverged(state.step);
        bound = {...bound, state};
        hooks.onProgress(state.step, steps);
        await hooks.keep(bound);
      }
    } finally {
      gradient.dispose();
    }
  }

  #gradient(heldOut: LabHeldOut, batch: number): WeightGradient {
    const {base, vectors, model} = this.lab;
    const {denoiser, schedule} = model;
    const [example] = this.#batches(heldOut, batch);
    if (example === undefined) throw new Error('there are no draws');
    const options = {gradientCheckpointing: this.checkpointing};
    const gradient = new WeightGradient({denoiser, schedule}, base, vectors, example, options);
    disposeBatches([example]);
    return gradient;
  }

  /** All draws, so that the descent is one of the very loss that is measured. */
  *#batches(heldOut: LabHeldOut, batch: number): Generator<MicroBatch> {
    for (let first = 0; first < heldOut.draws.timesteps.length; first += batch) {
      this.hooks.signal.throwIfAborted();
      yield heldOutBatch(
        heldOut,
        Array.from({length: batch}, (_, i) => first + i),
      );
    }
  }

  async #measured(bound: MergeBound, {step, weights}: BoundState, heldOut: LabHeldOut): Promise<MergeBound> {
    const {lab} = this;
    const measured = meanLoss(await mergeLosses(lab, heldOut, mergeAt(lab.base, lab.vectors, weights)));
    const loss = Number.isFinite(measured) ? measured : null;
    const isBest = loss !== null && loss < (bound.best?.loss ?? Infinity);
    const best = isBest ? {step, loss, weights: byTensor(bound, weights)} : bound.best;
    return {...bound, curve: [...bound.curve, {step, loss}], best};
  }

  /** Null where there are too few images for a standard error, or the start is no finite number. */
  async #test({start, best, recipe}: MergeBound): Promise<BoundTest | null> {
    const {lab, hooks} = this;
    const {test: images, timestepsPerRange: timesteps, seed} = recipe;
    if (images < 2 || best === null) return null;
    const heldOut = await lab.heldOut({part: 'test', images, timesteps, seed});
    const lossesAt = (weights: FlatWeights) => {
      hooks.signal.throwIfAborted();
      return mergeLosses(lab, heldOut, mergeAt(lab.base, lab.vectors, weights));
    };
    const flat = (weights: MergeBound['start']) => [...lab.base.keys()].flatMap((name) => weights[name] ?? []);
    const base = await lossesAt(flat(start).map(() => 0));
    const before = await lossesAt(flat(start));
    const after = await lossesAt(flat(best.weights));
    const tables = {base, start: before, best: after};
    const models = (['base', 'start', 'best'] as const).map((model) => {
      const {mean, standardError, differenceToBase} = summariseHeldOut(tables[model], base, model);
      return {model, loss: {mean, standardError}, differenceToBase};
    });
    return {images: heldOut.draws.imageCount, models, gain: summariseHeldOut(after, before, 'best').differenceToBase};
  }
}

function diverged(step: number): UserError {
  return new UserError(
    'bound-diverged',
    `The descent has diverged: at step ${step} weights are no finite numbers any more.`,
    {
      hint: 'Take smaller steps, by a lower --rate.',
    },
  );
}

function adamStep({step, ...state}: BoundState, slopes: readonly number[], learningRate: number): BoundState {
  const [beta1, beta2] = adam.betas;
  const {rate, epsilon} = adamWFactors(adam, learningRate, step + 1);
  const first = state.first.map((value, k) => beta1 * value + (1 - beta1) * (slopes[k] ?? 0));
  const second = state.second.map((value, k) => beta2 * value + (1 - beta2) * (slopes[k] ?? 0) ** 2);
  const weights = state.weights.map(
    (weight, k) => weight - (rate * (first[k] ?? 0)) / (Math.sqrt(second[k] ?? 0) + epsilon),
  );
  return {step: step + 1, weights, first, second};
}

function byTensor({start, experts}: MergeBound, weights: FlatWeights): Record<string, number[]> {
  return Object.fromEntries(Object.keys(start).map((name, k) => [name, weights.slice(k * experts, (k + 1) * experts)]));
}
