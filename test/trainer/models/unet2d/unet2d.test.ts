import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import type {UNet2DConfig} from '../../../../trainer/contract/model/unet2dConfig.ts';
import {createUNet2D} from '../../../../trainer/models/unet2d/unet2d.ts';
import {mapParams, type Params} from '../../../../trainer/nn/params.ts';
import {anchorConfig, anchorParams, cosineImage} from '../../../helpers/models/anchorModel.ts';
import {expectAllClose, maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {paramGradients} from '../../../helpers/models/paramGradients.ts';
import {predictAt} from '../../../helpers/models/predictAt.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

const small: UNet2DConfig = {...anchorConfig, block_out_channels: [8, 16], dropout: 0.3};

describe('UNet2D', () => {
  useCpuBackend();

  it('centres the input where the config says so', async () => {
    const params = anchorParams(small);
    const image = cosineImage(3, 8, 0.1);
    const centred = await predict({...small, center_input_sample: true}, params, image);
    expectAllClose(centred, await predict(small, params, tf.sub(tf.mul(image, 2), 1)), 1e-6);
  });

  it('leaves the attention or the whole middle out', async () => {
    const params = anchorParams(small);
    const names = (changes: object) => [...createUNet2D({...small, ...changes}).shapes.keys()];
    expect(names({add_attention: false})).toEqual(names({}).filter((name) => !name.startsWith('mid_block.attentions')));
    expect(names({mid_block_type: null})).toEqual(names({}).filter((name) => !name.startsWith('mid_block')));
    const whole = await predict(small, params, cosineImage(3, 8, 0.1));
    const cut = await predict({...small, mid_block_type: null}, params, cosineImage(3, 8, 0.1));
    expect(maxAbsDifference(whole, cut)).toBeGreaterThan(1e-3);
  });

  it('drops out by its seed, and only with one', async () => {
    const params = anchorParams(small);
    const image = cosineImage(3, 8, 0.1);
    const plain = await predict(small, params, image);
    expectAllClose(await predict({...small, dropout: 0}, params, image), plain, 0);
    const [first, again, other] = [
      await predict(small, params, image, 1),
      await predict(small, params, image, 1),
      await predict(small, params, image, 2),
    ];
    expectAllClose(first, again, 0);
    expect(maxAbsDifference(first, plain)).toBeGreaterThan(1e-3);
    expect(maxAbsDifference(first, other)).toBeGreaterThan(1e-3);
  });

  it('refuses images that do not fit', () => {
    const denoiser = createUNet2D(small, 'unet/config.json');
    const params = anchorParams(small);
    const predictZeros = (shape: [number, number, number, number]) => () =>
      predictAt(denoiser, params, tf.zeros(shape), [0]);
    expect(predictZeros([1, 8, 7, 3])).toThrow('Images of 8x7 do not fit a model that halves them 1 times.');
    expect(predictZeros([1, 8, 8, 1])).toThrow('Images of 1 channels do not fit a model of 3.');
  });
});

describeOnEngines('UNet2D training steps', () => {
  it('treats each image of a batch by itself', async () => {
    const params = anchorParams(small);
    const [a, b] = [cosineImage(3, 8, 0.1), cosineImage(3, 8, 0.7)];
    const together = await tf.tidy(() => predictAt(createUNet2D(small), params, tf.concat([a, b]), [10, 700])).data();
    const alone = await tf.tidy(() => predictAt(createUNet2D(small), params, b, [700])).data();
    expectAllClose(together.slice(alone.length), alone, 1e-5);
  });

  it('leaves no tensors behind', async () => {
    const denoiser = createUNet2D(small);
    const [params, image] = [anchorParams(small), cosineImage(3, 8, 0.1)];
    await expectNoLeak(async () => {
      await paramGradients(params, (given) => energy(predictAt(denoiser, given, image, [10], {dropoutSeed: () => 3})));
    });
  });

  it.each(['default', 'scale_shift'])('has the mean gradient of the images of a batch: %s', async (shift) => {
    const config = {...small, resnet_time_scale_shift: shift};
    const denoiser = createUNet2D(config);
    const params = anchorParams(config);
    const [a, b] = [cosineImage(3, 8, 0.1), cosineImage(3, 8, 0.7)];
    const gradientsOf = async (images: Tensor4D, timesteps: number[]) =>
      (await paramGradients(params, (given) => energy(predictAt(denoiser, given, images, timesteps)))).gradients;
    const [both, first, second] = [
      await gradientsOf(tf.concat([a, b]), [10, 700]),
      await gradientsOf(a, [10]),
      await gradientsOf(b, [700]),
    ];
    for (const [name, values] of both) {
      const mean = values.map(
        (_, index) => ((first.get(name)?.[index] ?? NaN) + (second.get(name)?.[index] ?? NaN)) / 2,
      );
      expectAllClose(values, mean, 2e-4 * Math.max(...mean.map(Math.abs)) + 1e-7);
    }
  });

  it('has the gradient that differences of the loss show: scale_shift', async () => {
    const config = {...small, resnet_time_scale_shift: 'scale_shift'};
    const denoiser = createUNet2D(config);
    const [params, image] = [anchorParams(config), cosineImage(3, 8, 0.1)];
    const loss = (given: Params) => energy(predictAt(denoiser, given, image, [10]));
    const {gradients} = await paramGradients(params, loss);
    const length = Math.hypot(...[...gradients.values()].map((values) => Math.hypot(...values)));
    const lossAt = async (step: number) => {
      const moved = tf.tidy(() =>
        loss(mapParams(params, (tensor, name) => tf.add(tensor, along(gradients.get(name), tensor, step / length)))),
      );
      return (await moved.data())[0] ?? NaN;
    };
    const slope = async (step: number) => ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    // Richardson's extrapolation removes the error of second order.
    const numeric = (4 * (await slope(2.5e-4)) - (await slope(5e-4))) / 3;
    expect(Math.abs(numeric / length - 1)).toBeLessThan(3e-3);
  });
});

function energy(output: Tensor4D): Scalar {
  return tf.mean(tf.square(output));
}

async function predict(config: UNet2DConfig, params: Params, image: Tensor4D, seed?: number): Promise<Float32Array> {
  const dropoutSeed = seed === undefined ? undefined : () => seed;
  return tf.tidy(() => predictAt(createUNet2D(config), params, image, [10], {dropoutSeed})).data<'float32'>();
}

function along(gradient: Float32Array | undefined, tensor: Tensor, step: number): Tensor {
  return tf.mul(tf.tensor(gradient ?? [], tensor.shape), step);
}
