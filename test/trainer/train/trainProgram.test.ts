import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {byLossTerm} from '../../../trainer/contract/run/lossTerms.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {flatLayout, unflatten, type FlatVector} from '../../../trainer/nn/flatParams.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {createRandom} from '../../../trainer/random.ts';
import {adamWFactors, updateAdamW} from '../../../trainer/train/adamW.ts';
import {clipFactor} from '../../../trainer/train/clipNorm.ts';
import {moveTowards} from '../../../trainer/engine/ops/moveTowards.ts';
import {emaDecay} from '../../../trainer/train/ema.ts';
import {learningRateAt} from '../../../trainer/train/learningRate.ts';
import {lossAndGradient, type LossSetting} from '../../../trainer/train/lossAndGradient.ts';
import {prepareBatch, type MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram, type UpdateLosses} from '../../../trainer/train/trainProgram.ts';
import {disposeState, initialState, type TrainState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/models/joined.ts';
import {expectAllClose, maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {liveTensors} from '../../helpers/engine/liveTensors.ts';
import {tinyModel} from './tasks/tinyModel.ts';

/**
 * Everything on, and each update with factors of its own. Epsilon lies far above the rounding noise of gradients, so that Adam does not
 * make steps of it. 1 - beta is exact in float32: an Adam in one piece takes it from the rounded beta, which at 0.999 is off by 1e-5.
 */
const everything = {
  updates: 8,
  optimizer: {learningRate: 1e-3, betas: [1 - 2 ** -4, 1 - 2 ** -10], weightDecay: 0.1, epsilon: 1e-4},
  schedule: {kind: 'cosine', warmup: 2},
  clipNorm: 0.1,
};

/** Gradients of weights that differ in their last bits: 2e-6 after five updates. */
const gradientTolerance = 5e-6;

/** Update number `update` (from 0) of a run: micro-batches of three images each. */
function drawUpdate(update: number, accumulation: number, dropout = false): [MicroBatch, ...MicroBatch[]] {
  const draw = (micro: number): MicroBatch => {
    const random = createRandom(3, 'batch', update, micro);
    const image = () => tf.tensor4d(random.fillNormal(new Float32Array(48)), [3, 4, 4, 1]);
    const timesteps = [0, 1, 2].map(() => random.int(0, 1000));
    return {images: image(), noise: image(), timesteps, dropoutSeed: dropout ? random.uint32() : undefined};
  };
  return [draw(0), ...Array.from({length: accumulation - 1}, (_, i) => draw(i + 1))];
}

function disposeBatches(batches: readonly MicroBatch[]): void {
  for (const {images, noise} of batches) tf.dispose([images, noise]);
}

function startProgram(setting: LossSetting, config: TrainingConfig, initial: Params, dropout = false): TrainProgram {
  const state = initialState(initial, config.ema !== null);
  const example = drawUpdate(99, 1, dropout);
  const program = new TrainProgram(setting, config, flatLayout(initial), state, example[0]);
  disposeState(state);
  disposeBatches(example);
  return program;
}

function updateBy(program: TrainProgram, update: number, dropout = false): UpdateLosses {
  const batches = drawUpdate(update, program.config.accumulation, dropout);
  const losses = program.update(batches);
  disposeBatches(batches);
  return losses;
}

/** An update written down as the method says it, operation by operation. */
function updateByHand(
  setting: LossSetting,
  config: TrainingConfig,
  initial: Params,
  before: TrainState,
  dropout: boolean,
) {
  const params = unflatten(before.weights, flatLayout(initial));
  const batches = drawUpdate(before.update, config.accumulation, dropout);
  const parts = batches.map((batch) =>
    lossAndGradient(setting, params, prepareBatch(setting, batch), {
      dropoutSeed: dropout ? () => batch.dropoutSeed as number : undefined,
    }),
  );
  const sum = tf.addN(parts.map(({gradient}) => joined(gradient)));
  const mean = tf.div<tf.Tensor1D>(sum, batches.length);
  const {factor, norm} = clipFactor([mean], config.clipNorm);
  const gradient = factor === null ? mean : tf.mul<tf.Tensor1D>(mean, factor);
  const {learningRate} = config.optimizer;
  const rate = learningRateAt(config.schedule, learningRate, before.update, config.updates);
  const update = before.update + 1;
  const factors = adamWFactors(config.optimizer, rate, update);
  const moments = {first: joined(before.first), second: joined(before.second)};
  const next = updateAdamW(joined(before.weights), gradient, moments, config.optimizer, factors);
  const ema =
    before.ema && config.ema && moveTowards(joined(before.ema), next.weights, 1 - emaDecay(config.ema, update));
  const losses: UpdateLosses = {
    timesteps: batches.flatMap(({timesteps}) => timesteps),
    losses: byLossTerm((term) => tf.concat1d(parts.map((part) => part.losses[term]))),
    gradientNorm: norm,
  };
  const {first, second} = next.moments;
  return {state: {weights: [next.weights], first: [first], second: [second], ema: ema && [ema], update}, losses};
}

async function stateNumbers({weights, first, second, ema, update}: TrainState) {
  const numbers = (vector: FlatVector) => joined(vector).data();
  const moments = {first: await numbers(first), second: await numbers(second)};
  return {weights: await numbers(weights), ...moments, ema: ema && (await numbers(ema)), update};
}

/** Within `tolerance` times the largest number. */
async function expectSame(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-6): Promise<void> {
  const values = await expected.data<'float32'>();
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expectAllClose(await actual.data(), values, tolerance * largest);
}

async function expectSameState(actual: TrainState, expected: TrainState): Promise<void> {
  expect(actual.update).toBe(expected.update);
  await expectSame(joined(actual.weights), joined(expected.weights));
  await expectSame(joined(actual.first), joined(expected.first), gradientTolerance);
  await expectSame(joined(actual.second), joined(expected.second), gradientTolerance);
  expect(actual.ema === null).toBe(expected.ema === null);
  if (actual.ema && expected.ema) await expectSame(joined(actual.ema), joined(expected.ema));
}

describeOnEngines('the updates of a training', () => {
  it.each([
    ['as they come', {}, false],
    ['with accumulation 2', {accumulation: 2}, false],
    ['with accumulation 3 and dropout', {accumulation: 3}, true],
    ['without EMA and clipping', {ema: null, clipNorm: null}, false],
    ['with a loss weighting', {lossWeighting: {kind: 'min-snr', gamma: 5}}, false],
    ['with a loss weighting and accumulation 2', {lossWeighting: {kind: 'debiased'}, accumulation: 2}, false],
  ] as const)('are gradient, clipping, AdamW and EMA one after the other: %s', async (_, changes, dropout) => {
    const {initial, ...model} = tinyModel();
    const setting = {...model.setting, weighting: 'lossWeighting' in changes ? changes.lossWeighting : undefined};
    const config = TrainingConfig.parse({...everything, ...changes});
    const program = startProgram(setting, config, initial, dropout);
    let expected = initialState(initial, config.ema !== null);
    for (let update = 0; update < 5; update++) {
      const actual = updateBy(program, update, dropout);
      const {state, losses} = updateByHand(setting, config, initial, expected, dropout);
      expect(actual.timesteps).toEqual(losses.timesteps);
      await expectSame(actual.losses.denoise, losses.losses.denoise);
      await expectSame(actual.gradientNorm, losses.gradientNorm, gradientTolerance);
      expectAllClose(await actual.losses.consistency.data(), await losses.losses.consistency.data(), 1e-6);
      if (config.clipNorm) expect((await actual.gradientNorm.data())[0]).toBeGreaterThan(config.clipNorm);
      expected = state;
    }
    await expectSameState(program.state(), expected);
    program.dispose();
  });

  it('are the same bits in every program that begins with the same state', async () => {
    const config = TrainingConfig.parse({...everything, accumulation: 2});
    const models = [tinyModel(), tinyModel(), tinyModel()];
    // Whether the engine has seen a tensor before must not matter: a resumed training has never used its teacher.
    for (const tensor of models[1]?.setting.teacher.values() ?? []) tf.neg(tensor).dispose();
    const programs = models.map(({setting, initial}) => startProgram(setting, config, initial));
    for (let update = 0; update < 4; update++) for (const program of programs) updateBy(program, update);
    const [first, ...others] = await Promise.all(programs.map((program) => stateNumbers(program.state())));
    expect(first?.update).toBe(4);
    expect(others).toEqual([first, first]);
    for (const program of programs) program.dispose();
  });

  it('go on in another program as if it were the same', async () => {
    const {setting, initial} = tinyModel();
    const config = TrainingConfig.parse(everything);
    const whole = startProgram(setting, config, initial);
    for (const update of [0, 1, 2]) updateBy(whole, update);
    const state = whole.state();
    const rest = new TrainProgram(setting, config, flatLayout(initial), state, drawUpdate(7, 1)[0]);
    expect(rest.updates).toBe(3);
    for (const program of [whole, rest]) for (const update of [3, 4, 5]) updateBy(program, update);
    expect(await stateNumbers(rest.state())).toEqual(await stateNumbers(whole.state()));
    expect(rest.updates).toBe(6);
    expect(state.update).toBe(3);
    for (const program of [whole, rest]) program.dispose();
  });

  it.each([1, 2])('do not change what was handed out before, accumulation %i', async (accumulation) => {
    const {setting, initial} = tinyModel();
    const before = initialState(initial, true);
    const config = TrainingConfig.parse({...everything, accumulation});
    const program = new TrainProgram(setting, config, flatLayout(initial), before, drawUpdate(7, 1)[0]);
    updateBy(program, 0);
    const [first, second] = [program.state(), program.state()];
    const numbers = await stateNumbers(first);
    updateBy(program, 1);
    updateBy(program, 2);
    expect(await stateNumbers(first)).toEqual(numbers);
    disposeState(first);
    expect(await stateNumbers(second)).toEqual(numbers);
    const untouched = await stateNumbers(initialState(initial, true));
    expect(await stateNumbers(before)).toEqual(untouched);
    const after = await stateNumbers(program.state());
    for (const part of ['weights', 'first', 'second', 'ema'] as const) {
      expect(maxAbsDifference(numbers[part] ?? [], untouched[part] ?? [])).toBeGreaterThan(0);
      expect(maxAbsDifference(after[part] ?? [], numbers[part] ?? [])).toBeGreaterThan(0);
    }
    program.dispose();
  });

  it('take as many micro-batches as the config says', () => {
    const {setting, initial} = tinyModel();
    const program = startProgram(setting, TrainingConfig.parse({accumulation: 2}), initial);
    for (const count of [1, 3])
      expect(() => program.update(drawUpdate(0, count))).toThrow(`${count} micro-batches for an accumulation of 2`);
    expect(program.updates).toBe(0);
    program.dispose();
  });

  it.each([false, true])('leave no tensors behind, dropout %s', (dropout) => {
    const before = liveTensors();
    const {initial, ...model} = tinyModel();
    const setting = {...model.setting, weighting: {kind: 'p2', k: 1, gamma: 1} as const};
    const program = startProgram(setting, TrainingConfig.parse({...everything, accumulation: 2}), initial, dropout);
    const counts: number[] = [];
    for (let update = 0; update < 8; update++) {
      const {losses, gradientNorm} = updateBy(program, update, dropout);
      tf.dispose([...Object.values(losses), gradientNorm]);
      disposeState(program.state());
      counts.push(liveTensors());
    }
    expect(new Set(counts.slice(1))).toEqual(new Set([counts[1]]));
    program.dispose();
    [initial, setting.teacher].forEach(disposeParams);
    expect(liveTensors()).toBe(before);
  });
});
