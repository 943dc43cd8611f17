import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {AutoencoderConfig} from '../../../../trainer/contract/model/autoencoderConfig.ts';
import {toBytes} from '../../../../trainer/data/pictures/pixelRange.ts';
import {loadParams} from '../../../../trainer/models/loadParams.ts';
import {createAutoencoder, latentDistribution} from '../../../../trainer/models/vae/autoencoder.ts';
import {readAutoencoderFolder} from '../../../../trainer/store/weights/autoencoderFolder.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {goldenSdFolder, goldenSdImages} from '../../../helpers/golden/goldenSd.ts';

/** diffusers itself is 1.4e-5 from double precision. */
const tolerance = 5e-5;

async function load(bandLimit?: number) {
  const {config, openWeights} = await readAutoencoderFolder(goldenSdFolder('sd1/vae'));
  const autoencoder = createAutoencoder(config, undefined, bandLimit);
  const reader = await openWeights();
  const params = await loadParams(reader, autoencoder.shapes);
  await reader.close();
  return {autoencoder, params};
}

const golden = (name: string) => goldenSdImages('sd1', name);

describeOnEngines('the autoencoder against diffusers', () => {
  it.each(['vae', 'vae_odd', 'vae_not8'])('encodes images of any size: %s', async (name) => {
    const {autoencoder, params} = await load();
    const images = tf.sub<Tensor4D>(tf.div(await golden(`${name}.image_u8`), 127.5), 1);
    const {mean, logVariance} = tf.tidy(() => ({...autoencoder.encode(params, images)}));
    const expected = await golden(`${name}.mean`);
    expect(mean.shape).toEqual(expected.shape);
    expectAllClose(await mean.data(), await expected.data(), tolerance);
    expectAllClose(await logVariance.data(), await (await golden(`${name}.logvar`)).data(), tolerance);
  });

  // The widest rows of these images have 128 * 8 numbers.
  it.each([3000, 50_000])('encodes and decodes in bands of %i numbers as of whole images', async (bandLimit) => {
    const {autoencoder, params} = await load(bandLimit);
    const images = tf.sub<Tensor4D>(tf.div(await golden('vae.image_u8'), 127.5), 1);
    const {mean} = tf.tidy(() => ({...autoencoder.encode(params, images)}));
    expectAllClose(await mean.data(), await (await golden('vae.mean')).data(), tolerance);
    const latents = await golden('vae.latent_scaled');
    const decoded = tf.tidy(() => autoencoder.decode(params, latents));
    expectAllClose(await decoded.data(), await (await golden('vae.decoded')).data(), tolerance);
  });

  it('decodes in little more memory than its widest maps take', async () => {
    const {autoencoder, params} = await load(3000);
    const latents = tf.randomNormal<tf.Rank.R4>([1, 16, 16, 4], 0, 1, 'float32', 1);
    const before = tf.memory().numBytes;
    const {peakBytes} = await tf.profile(() => tf.tidy(() => autoencoder.decode(params, latents)));
    // 128 x 128 pixels of 8 channels: input, what lies between, and output, in bands and joined. As a whole there would be twice as many.
    expect(peakBytes - before).toBeLessThan(4.1 * 4 * 128 * 128 * 8);
  });

  it('draws latents from given noise', async () => {
    const {autoencoder} = await load();
    const [mean, logVariance, noise] = [
      await golden('vae.mean'),
      await golden('vae.logvar'),
      await golden('vae.noise'),
    ];
    const latents = autoencoder.sample(latentDistribution({mean, logVariance}), noise);
    expectAllClose(await latents.data(), await (await golden('vae.sample_scaled')).data(), 1e-5);
  });

  it('decodes latents, to the same pixels but for rounding', async () => {
    const {autoencoder, params} = await load();
    const latents = await golden('vae.latent_scaled');
    const values = await tf.tidy(() => autoencoder.decode(params, latents)).data<'float32'>();
    const expected = await (await golden('vae.decoded')).data<'float32'>();
    expectAllClose(values, expected, tolerance);
    const [pixels, reference] = [toBytes(values), toBytes(expected)];
    const steps = pixels.map((pixel, i) => Math.abs(pixel - (reference[i] ?? NaN)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(1);
    expect(steps.filter((step) => step > 0).length).toBeLessThan(0.001 * steps.length);
  });
});

describe('the config of an autoencoder', () => {
  const tiny = AutoencoderConfig.parse({block_out_channels: [32]});

  it('has the defaults that old files rely on', () => {
    expect(tiny).toMatchObject({scaling_factor: 0.18215, latent_channels: 4, norm_num_groups: 32, layers_per_block: 1});
  });

  it.each([
    [{_class_name: 'AsymmetricAutoencoderKL'}, /_class_name "Asymmetric/],
    [{act_fn: 'gelu'}, /act_fn "gelu"/],
    [{latents_mean: [0]}, /latents_mean \[0\]/],
    [{down_block_types: ['AttnDownEncoderBlock2D']}, /down_block_types "Attn/],
    [{up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D']}, /up_block_types 2/],
    [{norm_num_groups: 5}, /do not split into 5 groups/],
  ])('is refused by name where it says what is not implemented: %j', (changes, message) => {
    expect(() => createAutoencoder({...tiny, ...changes}, 'vae/config.json')).toThrow(message);
  });

  it('leaves out the convolutions and the attention that newer models lack', () => {
    const names = [
      ...createAutoencoder({
        ...tiny,
        use_quant_conv: false,
        use_post_quant_conv: false,
        mid_block_add_attention: false,
      }).shapes.keys(),
    ];
    expect(names.filter((name) => /quant|attention/.test(name))).toEqual([]);
    expect([...createAutoencoder(tiny).shapes.keys()].filter((name) => /quant|attention/.test(name))).toHaveLength(24);
  });

  it('refuses latents and images of other channels', () => {
    const autoencoder = createAutoencoder(tiny);
    const message = /Latents of 3 channels do not fit an autoencoder for 4/;
    expect(() => autoencoder.decode(new Map(), {shape: [1, 2, 2, 3]} as Tensor4D)).toThrow(message);
  });
});
