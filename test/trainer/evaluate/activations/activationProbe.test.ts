import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {ActivationProbe, type MapChange} from '../../../../trainer/evaluate/activations/activationProbe.ts';
import {initialiseParams} from '../../../../trainer/models/initialise.ts';
import {createUNet2D} from '../../../../trainer/models/unet2d/unet2d.ts';
import {disposeParams, type Params} from '../../../../trainer/nn/params.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {expectAllClose, maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {liveTensors} from '../../../helpers/engine/liveTensors.ts';
import {predictAt} from '../../../helpers/models/predictAt.ts';
import {tinyUnetConfig} from '../../../helpers/runs/tinyExperiment.ts';
import {withProjections} from '../../../helpers/models/withProjections.ts';

const denoiser = createUNet2D(tinyUnetConfig);
const timesteps = [10, 500, 900];
const sites = ['down 0', 'down 1', 'mid', 'up 0', 'up 1'];

function images(): Tensor4D {
  const values = createRandom(8, 'images').fillNormal(new Float32Array(timesteps.length * 64));
  return tf.tensor4d(values, [timesteps.length, 8, 8, 1]);
}

async function changes(before: Params, after: Params): Promise<MapChange[]> {
  const noisy = images();
  const probe = new ActivationProbe(denoiser, before, after);
  try {
    return await probe.measure(noisy, timesteps);
  } finally {
    probe.dispose();
    noisy.dispose();
  }
}

/** The parameters with another tensor in one place, which the caller owns. */
function withTensor(params: Params, name: string, change: (tensor: tf.Tensor) => tf.Tensor): Params {
  return new Map([...params].map(([each, tensor]) => [each, each === name ? tf.tidy(() => change(tensor)) : tensor]));
}

/** The feature maps of one model, taken from a prediction, each as nested lists [N][H][W][C]. */
function mapsOf(params: Params): number[][][][][] {
  return tf.tidy(() => {
    const maps: Tensor4D[] = [];
    predictAt(denoiser, params, images(), timesteps, {onSite: (map) => void maps.push(map)});
    return maps.map((map) => map.arraySync());
  });
}

/** Means over H and W, [N * C], and over C, [N * H * W], by loops. */
function meansOf(map: number[][][][]): {channel: number[]; spatial: number[]} {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    channel: map.flatMap((rows) => {
      const pixels = rows.flat();
      return (pixels[0] ?? []).map((_, c) => mean(pixels.map((pixel) => pixel[c] ?? NaN)));
    }),
    spatial: map.flatMap((rows) => rows.flat().map(mean)),
  };
}

describeOnEngines('the change of feature maps', () => {
  it('is that between maps taken from two predictions', async () => {
    const [before, after] = [initialiseParams(tinyUnetConfig, 1), initialiseParams(tinyUnetConfig, 2)];
    const measured = await changes(before, after);
    const [first, second] = [mapsOf(before), mapsOf(after)].map((maps) => maps.map(meansOf));
    expect(measured.map(({shape}) => shape.join())).toEqual(['4,4,4', '4,4,8', '4,4,8', '8,8,8', '8,8,4']);
    for (const [site, change] of measured.entries()) {
      for (const axis of ['channel', 'spatial'] as const) {
        const [base = [], other = []] = [first?.[site]?.[axis], second?.[site]?.[axis]];
        expectAllClose(change[axis].before, base, 1e-5);
        expectAllClose(
          change[axis].change,
          other.map((value, i) => value - (base[i] ?? NaN)),
          1e-5,
        );
        expect(maxAbsDifference(other, base), `${sites[site]} ${axis}`).toBeGreaterThan(1e-3);
      }
    }
    [before, after].forEach(disposeParams);
  });

  it('is the shift of a bias in each channel, and its mean at each pixel, from there on', async () => {
    const before = initialiseParams(tinyUnetConfig, 1);
    const shift = [0.5, -0.25, 0, 1, -1, 0.125, 2, 0.0625];
    const name = 'up_blocks.0.upsamplers.0.conv.bias';
    const after = withTensor(before, name, (bias) => tf.add(bias, shift));
    const measured = await changes(before, after);
    for (const {channel, spatial} of measured.slice(0, 3))
      expect([...channel.change, ...spatial.change].every((value) => value === 0)).toBe(true);
    const {channel, spatial} = measured[3] ?? expect.fail();
    expectAllClose(
      channel.change,
      timesteps.flatMap(() => shift),
      1e-6,
    );
    const mean = shift.reduce((sum, value) => sum + value) / shift.length;
    expectAllClose(spatial.change, new Array<number>(timesteps.length * 64).fill(mean), 1e-6);
    expect(Math.max(...(measured[4]?.channel.change ?? []))).toBeGreaterThan(0.01);
    after.get(name)?.dispose();
    disposeParams(before);
  });

  it('has the projections in it that only one of the models has', async () => {
    const before = initialiseParams(tinyUnetConfig, 1);
    const identity = withProjections(before, tinyUnetConfig, 'full');
    const after = withTensor(identity, 'adapter_list.3.weight', (weight) => tf.mul(weight, 3));
    const [unchanged, tripled] = [await changes(before, identity), await changes(before, after)];
    for (const {channel, spatial} of [...unchanged, ...tripled.slice(0, 3)])
      expectAllClose([...channel.change, ...spatial.change], [...channel.change, ...spatial.change].fill(0), 1e-6);
    for (const axis of ['channel', 'spatial'] as const) {
      const {before: base, change} = tripled[3]?.[axis] ?? expect.fail();
      expectAllClose(
        change,
        base.map((value) => 2 * value),
        1e-5,
      );
      expect(Math.max(...base)).toBeGreaterThan(0.01);
    }
    after.get('adapter_list.3.weight')?.dispose();
    disposeParams(identity);
  });

  it('is exactly zero between equal models, and leaves no tensor behind', async () => {
    const [before, after] = [initialiseParams(tinyUnetConfig, 1), initialiseParams(tinyUnetConfig, 1)];
    for (const {channel, spatial} of await changes(before, after))
      expect([...channel.change, ...spatial.change].every((value) => value === 0)).toBe(true);
    // By now the weights are on the device.
    const live = liveTensors();
    await changes(before, after);
    expect(liveTensors()).toEqual(live);
    [before, after].forEach(disposeParams);
  });
});
