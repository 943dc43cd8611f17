import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {disposeParams, type Params} from '../../../trainer/nn/params.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose, maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {liveTensors} from '../../helpers/engine/liveTensors.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';

const config = UNet2DConfig.parse({
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4],
  layers_per_block: 1,
  norm_num_groups: 2,
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
  attention_head_dim: 2,
});
const denoiser = createUNet2D(config);

function images(count: number): tf.Tensor4D {
  const random = createRandom(8, 'images', count);
  return tf.tensor4d(random.fillNormal(new Float32Array(count * 16)), [count, 4, 4, 1]);
}

const timestepsOf = ({shape}: tf.Tensor4D) => Array.from({length: shape[0]}, (_, i) => 10 + 300 * i);

async function predicted(predictor: Predictor, noisy: tf.Tensor4D) {
  const prediction = predictor.predict(noisy, timestepsOf(noisy));
  return prediction.data<'float32'>().finally(() => prediction.dispose());
}

/** What the network says with these weights, called by itself. */
async function direct(params: Params, noisy: tf.Tensor4D) {
  return tf.tidy(() => predictAt(denoiser, params, noisy, timestepsOf(noisy))).data<'float32'>();
}

describeOnEngines('a predictor', () => {
  it('predicts with the weights loaded last, for every shape of images', async () => {
    const [first, second] = [initialiseParams(config, 1), initialiseParams(config, 2)];
    const predictor = new Predictor(denoiser, first);
    const [two, three] = [images(2), images(3)];
    expectAllClose(await predicted(predictor, two), await direct(first, two), 1e-6);
    predictor.load(second);
    const loaded = await predicted(predictor, two);
    expectAllClose(loaded, await direct(second, two), 1e-6);
    expect(maxAbsDifference(loaded, await direct(first, two))).toBeGreaterThan(0.01);
    // A shape that it has not seen before.
    expectAllClose(await predicted(predictor, three), await direct(second, three), 1e-6);
    predictor.load(first);
    for (const noisy of [two, three])
      expectAllClose(await predicted(predictor, noisy), await direct(first, noisy), 1e-6);
    predictor.dispose();
  });

  it('needs the weights it has only until others are loaded, and leaves those to their owner', async () => {
    const [first, second] = [initialiseParams(config, 1), initialiseParams(config, 2)];
    const noisy = images(2);
    const expected = await direct(second, noisy);
    const predictor = new Predictor(denoiser, first);
    await predicted(predictor, noisy);
    predictor.load(second);
    disposeParams(first);
    expectAllClose(await predicted(predictor, noisy), expected, 1e-6);
    predictor.dispose();
    expectAllClose(await direct(second, noisy), expected, 1e-6);
  });

  it('refuses weights of another network', () => {
    const params = initialiseParams(config, 1);
    const predictor = new Predictor(denoiser, params);
    const [name = ''] = params.keys();
    const renamed = new Map([...params].map(([key, tensor]) => [key === name ? 'another' : key, tensor]));
    tf.dispose(predictor.predict(images(1), [5]));
    expect(() => predictor.load(renamed)).toThrow(`the weights do not fit: ${name}`);
    predictor.dispose();
  });

  it('leaves no tensors behind', async () => {
    const [first, second] = [initialiseParams(config, 1), initialiseParams(config, 2)];
    const noisy = images(2);
    const run = async () => {
      const predictor = new Predictor(denoiser, first);
      await predicted(predictor, noisy);
      predictor.load(second);
      await predicted(predictor, noisy);
      predictor.dispose();
    };
    await run();
    const before = liveTensors();
    await run();
    expect(liveTensors()).toBe(before);
  });
});
