import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import type {ImageShape} from '../../../../trainer/models/imageSpace.ts';
import {latentSpace} from '../../../../trainer/models/vae/latentSpace.ts';
import {openAutoencoder} from '../../../../trainer/models/vae/openAutoencoder.ts';
import {createRandom, type Random} from '../../../../trainer/random.ts';
import {folderComponent} from '../../../../trainer/store/weights/pipeline.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {goldenSdFolder, goldenSdImages} from '../../../helpers/golden/goldenSd.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

const golden = (name: string) => goldenSdImages('sd1', `vae.${name}`);
const shapeOf = ({shape}: Tensor4D): ImageShape => [shape[1], shape[2], shape[3]];

async function space(images: ImageShape, pixelsAtOnce?: number) {
  const vae = await openAutoencoder(folderComponent('vae', goldenSdFolder('sd1/vae')));
  await Promise.all([vae.encoder.load(), vae.decoder.load()]);
  const made = latentSpace(vae, images, pixelsAtOnce);
  const encode = (images: Tensor4D, random: (image: number) => Random) =>
    tf.tidy(() => made.draw(made.rows(images), random));
  return {...made, encode};
}

/** Gives image `i` its part of these numbers. */
function drawing(values: Float32Array): (image: number) => Random {
  return (i) => ({
    ...createRandom(0),
    fillNormal(out) {
      out.set(values.subarray(i * out.length, (i + 1) * out.length));
      return out;
    },
  });
}

describeOnEngines('the latent space of an autoencoder', () => {
  it('encodes and decodes as diffusers does', async () => {
    const images = tf.sub<Tensor4D>(tf.div(await golden('image_u8'), 127.5), 1);
    const latents = await golden('sample_scaled');
    const {shape, imageShape, encode, decode} = await space(shapeOf(images));
    expect([imageShape, shape]).toEqual([shapeOf(images), shapeOf(latents)]);
    const noise = await (await golden('noise')).data<'float32'>();
    expectAllClose(await encode(images, drawing(noise)).data(), await latents.data(), 5e-5);
    const decoded = decode(await golden('latent_scaled'));
    expectAllClose(await decoded.data(), await (await golden('decoded')).data(), 5e-5);
    await expectNoLeak(() => tf.dispose([encode(images, drawing(noise)), decode(latents)]));
  });

  it('is the same for images that go through it one by one', async () => {
    const {shape, encode, decode} = await space([16, 24, 3], 500);
    const random = (image: number) => createRandom(1, image);
    const images = tf.randomUniform<tf.Rank.R4>([2, 16, 24, 3], -1, 1, 'float32', 3);
    const [first, second] = tf.split<Tensor4D>(images, 2) as [Tensor4D, Tensor4D];
    const both = encode(images, random);
    expect(both.shape).toEqual([2, ...shape]);
    const apart = tf.concat([encode(first, random), encode(second, () => random(1))]);
    expect(await both.data()).toEqual(await apart.data());
    const decodedApart = tf.concat(tf.split<Tensor4D>(both, 2).map((each) => decode(each)));
    expect(await decode(both).data()).toEqual(await decodedApart.data());
  });

  it('draws each image of a batch by its own numbers', async () => {
    const {encode} = await space([16, 16, 3]);
    const one = tf.zeros<tf.Rank.R4>([1, 16, 16, 3]);
    const draw = (images: Tensor4D, first: number) =>
      encode(images, (i) => createRandom(5, 'encoded', first + i)).data();
    const both = [...(await draw(tf.concat4d([one, one], 0), 0))];
    const apart = [...(await draw(one, 0)), ...(await draw(one, 1))];
    expectAllClose(both, apart, 1e-5);
    expect(both.slice(0, both.length / 2)).not.toEqual(both.slice(both.length / 2));
  });
});
