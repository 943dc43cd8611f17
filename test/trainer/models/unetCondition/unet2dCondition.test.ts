import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {UNet2DConditionConfig} from '../../../../trainer/contract/model/unet2dConditionConfig.ts';
import type {PredictOptions} from '../../../../trainer/models/denoiser.ts';
import {toFileOrder} from '../../../../trainer/models/layout.ts';
import {loadParams} from '../../../../trainer/models/loadParams.ts';
import {createUNet2DCondition} from '../../../../trainer/models/unetCondition/unet2dCondition.ts';
import {openWeightsFile} from '../../../../trainer/store/weights/weightsFile.ts';
import {expectAllClose, maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {goldenSdArray, goldenSdFolder, goldenSdImages, goldenSdTensor} from '../../../helpers/golden/goldenSd.ts';

/** diffusers itself is 2.1e-6 from double precision. */
const tolerance = 2e-5;

type Model = 'sd1' | 'sd2';

async function load(model: Model) {
  const folder = goldenSdFolder(`${model}/unet`);
  const config = UNet2DConditionConfig.parse(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')));
  const network = createUNet2DCondition(config, folder);
  const reader = await openWeightsFile(`${folder}/diffusion_pytorch_model.safetensors`);
  const params = await loadParams(reader, network.shapes, folder);
  await reader.close();
  return {network, params};
}

/** Latents, timesteps and context of a case. */
async function inputsOf(model: Model, name: string) {
  const noisy = await goldenSdImages(model, `${name}.input`);
  const timesteps = [...(await goldenSdArray(model, `${name}.timesteps`)).values];
  const context = await goldenSdTensor<tf.Rank.R3>(model, 'text.last_hidden_state');
  return {noisy, timesteps, context: tf.slice(context, 0, timesteps.length)};
}

/** Loss mean((out - target)²) with its gradients by all parameters, the latents and the context. */
async function lossGradients(model: Model, name: string, options: PredictOptions) {
  const {network, params} = await load(model);
  const {noisy, timesteps, context} = await inputsOf(model, name);
  const target = await goldenSdImages(model, `${name}.target`);
  const {time} = network.prepare(timesteps);
  const names = [...params.keys()];
  const {value, grads} = tf.valueAndGrads((noisy: Tensor, context: Tensor, ...weights: Tensor[]): Scalar => {
    const given = new Map(names.map((name, i) => [name, weights[i] as Tensor]));
    const inputs = {noisy: noisy as Tensor4D, context: context as Tensor3D, time};
    return tf.mean(tf.squaredDifference(network.predict(given, inputs, options), target));
  })([noisy, context, ...params.values()]);
  const [dNoisy, dContext, ...byWeight] = grads as [Tensor4D, Tensor3D, ...Tensor[]];
  return {
    loss: (await value.data())[0] ?? NaN,
    dNoisy,
    dContext,
    gradients: byWeight.map((gradient, i) => [names[i] ?? '', gradient] as const),
  };
}

const manifest: Readonly<Record<string, {loss: number; norm: number}>> = {
  'sd1 unet': {loss: 1.20567024, norm: 1.21150804},
  'sd1 unet_odd': {loss: 1.32242715, norm: 1.68717847},
  'sd2 unet': {loss: 1.22367823, norm: 1.67056866},
};

describeOnEngines('UNet2DConditionModel against diffusers', () => {
  it.each([
    ['sd1', 'unet'],
    ['sd1', 'unet_odd'],
    ['sd2', 'unet'],
  ] as const)('predicts what diffusers does: %s %s', async (model, name) => {
    const {network, params} = await load(model);
    const {noisy, timesteps, context} = await inputsOf(model, name);
    const output = tf.tidy(() => network.predict(params, {noisy, ...network.prepare(timesteps, {context})}));
    const expected = await goldenSdImages(model, `${name}.output`);
    expect(output.shape).toEqual(expected.shape);
    expectAllClose(await output.data(), await expected.data(), tolerance);
  });

  it.each(['0.0', '37.5', '999.0'])('takes any timestep: %s', async (timestep) => {
    const {network, params} = await load('sd1');
    const noisy = await goldenSdImages('sd1', 'unet_float_t.input');
    const text = await goldenSdTensor<tf.Rank.R3>('sd1', 'text.last_hidden_state');
    const prepared = network.prepare([Number(timestep)], {context: tf.slice(text, 1, 1)});
    const output = await tf.tidy(() => network.predict(params, {noisy, ...prepared})).data();
    expectAllClose(output, await (await goldenSdImages('sd1', `unet_float_t.output_${timestep}`)).data(), tolerance);
  });

  it('takes a context of any length', async () => {
    const {network, params} = await load('sd1');
    const noisy = await goldenSdImages('sd1', 'unet_float_t.input');
    const context = await goldenSdTensor<tf.Rank.R3>('sd1', 'unet_context5.context');
    const output = await tf.tidy(() => network.predict(params, {noisy, ...network.prepare([250], {context})})).data();
    expectAllClose(output, await (await goldenSdImages('sd1', 'unet_context5.output')).data(), tolerance);
  });

  it.each([
    ['sd1', 'unet', false],
    ['sd1', 'unet', true],
    ['sd1', 'unet_odd', true],
    ['sd2', 'unet', false],
  ] as const)('has the gradients of PyTorch: %s %s, checkpointing %s', async (model, name, gradientCheckpointing) => {
    const {loss, dNoisy, dContext, gradients} = await lossGradients(model, name, {gradientCheckpointing});
    const expected = manifest[`${model} ${name}`] ?? {loss: NaN, norm: NaN};
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
    expectAllClose(await dNoisy.data(), await (await goldenSdImages(model, `${name}.grad_input`)).data(), 1e-6);
    const context = await goldenSdArray(model, `${name}.grad_context`);
    expectAllClose(await dContext.data(), context.values.subarray(0, dContext.size), 1e-6);
    const rows = JSON.parse(readFileSync(goldenSdFolder(`${model}/unet_gradients.json`), 'utf8')) as Record<
      string,
      number[]
    >;
    expect(gradients).toHaveLength(Object.keys(rows).length);
    let total = 0;
    for (const [parameter, gradient] of gradients) {
      const values = toFileOrder(await gradient.data<'float32'>(), gradient.shape);
      const norm = Math.hypot(...values);
      total += norm ** 2;
      // The numbers are those of the loss at `unet`.
      if (name !== 'unet') continue;
      const [expectedNorm = NaN, ...first] = rows[parameter] ?? [];
      expect(Math.abs(norm - expectedNorm), parameter).toBeLessThan(1e-4 * expectedNorm + 1e-7);
      expect(maxAbsDifference(values.subarray(0, 2), first), parameter).toBeLessThan(1e-4 * expectedNorm + 1e-7);
    }
    expect(Math.abs(Math.sqrt(total) / expected.norm - 1)).toBeLessThan(1e-4);
  });
});
