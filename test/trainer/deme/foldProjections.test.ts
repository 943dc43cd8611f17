import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import type {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {foldProjections} from '../../../trainer/deme/foldProjections.ts';
import {architectureOf} from '../../../trainer/models/architectures.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {countParams, type Params} from '../../../trainer/nn/params.ts';
import {projectionShapes} from '../../../trainer/nn/projections.ts';
import {expectAllClose, maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {anchorConfig, anchorParams, cosineImage} from '../../helpers/models/anchorModel.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';
import {variedUNets} from '../models/variedUNets.ts';

const config: UNet2DConfig = {...anchorConfig, block_out_channels: [8, 16]};

const sitesOf = (given: UNet2DConfig) => architectureOf(given).projectionSites;

async function predict(given: UNet2DConfig, params: Params): Promise<Float32Array> {
  const image = cosineImage(3, 8, 0.1);
  return tf.tidy(() => predictAt(createUNet2D(given), params, image, [10])).data<'float32'>();
}

/** The parameters with projection `index` replaced by a multiple of the identity, or by numbers without a pattern. */
function withProjection(params: Params, index: number, value: number | 'any'): Params {
  const name = `adapter_list.${index}.weight`;
  const old = params.get(name) as Tensor;
  const numbers = Float32Array.from({length: old.size}, (_, k) => Math.cos(k * k + index));
  return new Map([...params, [name, value === 'any' ? tf.tensor(numbers, old.shape) : tf.mul(old, value)]]);
}

it('has the projections of the published Church experts', () => {
  const shapes = projectionShapes(sitesOf(variedUNets.church), 'full');
  expect([...shapes.values()].map((shape) => shape[3])).toEqual([
    128, 128, 256, 256, 512, 512, 512, 512, 512, 256, 256, 128, 128,
  ]);
  expect([...shapes.keys()].at(-1)).toBe('adapter_list.12.weight');
  expect([...shapes.values()].reduce((sum, [, , , channels = 0]) => sum + channels ** 2, 0)).toBe(1_638_400);
  expect([...projectionShapes(sitesOf(variedUNets.church), 'stock-compatible').keys()]).toEqual(
    [7, 8, 9, 10, 11, 12].map((index) => `adapter_list.${index}.weight`),
  );
  expect(projectionShapes(sitesOf(variedUNets.church), 'off').size).toBe(0);
});

describeOnEngines('projections', () => {
  it.each(['full', 'stock-compatible', 'off'] as const)('start as the identity: %s', async (mode) => {
    const base = anchorParams(config);
    const extended = withProjections(base, config, mode);
    expect(countParams(extended) - countParams(base)).toBe(
      {full: 2 * 64 + 3 * 256, 'stock-compatible': 64 + 256, off: 0}[mode],
    );
    expectAllClose(await predict(config, extended), await predict(config, base), 1e-6);
    const trained = mode === 'off' ? extended : withProjection(extended, 4, 'any');
    const again = withProjections(trained, config, mode);
    expect([...again]).toEqual([...trained]);
  });

  it('do not touch the skip connections', async () => {
    // One level, and nothing but the skips reaches the up block: the middle's projection is zero.
    const flat: UNet2DConfig = {
      ...config,
      block_out_channels: [8],
      down_block_types: ['DownBlock2D'],
      up_block_types: ['UpBlock2D'],
    };
    const open = withProjections(anchorParams(flat), flat, 'full');
    const closed = withProjection(open, 1, 0);
    expectAllClose(await predict(flat, withProjection(closed, 0, 2)), await predict(flat, closed), 0);
    expect(
      maxAbsDifference(await predict(flat, withProjection(open, 0, 2)), await predict(flat, open)),
    ).toBeGreaterThan(1e-3);
  });

  it('of the up blocks fold into a stock model exactly', async () => {
    const full = withProjections(anchorParams(config), config, 'full');
    const trained = withProjection(withProjection(full, 3, 'any'), 4, 'any');
    const folded = await foldProjections(trained, sitesOf(config));
    expect([...folded.keys()].toSorted()).toEqual([...anchorParams(config).keys()].toSorted());
    const expected = await predict(config, trained);
    expect(maxAbsDifference(await predict(config, full), expected)).toBeGreaterThan(0.1);
    expectAllClose(await predict(config, folded), expected, 2e-5);
  });

  it('that cannot be folded are refused, unless they are the identity', async () => {
    const full = withProjections(anchorParams(config), config, 'full');
    for (const index of [0, 1, 2]) {
      await expect(foldProjections(withProjection(full, index, 'any'), sitesOf(config))).rejects.toThrow(
        `adapter_list.${index}.weight cannot be folded`,
      );
    }
    const attending: UNet2DConfig = {...config, up_block_types: ['UpBlock2D', 'AttnUpBlock2D']};
    const params = withProjections(anchorParams(attending), attending, 'full');
    await expect(foldProjections(withProjection(params, 4, 'any'), sitesOf(attending))).rejects.toThrow(
      'adapter_list.4.weight cannot be folded',
    );
    // So an expert that is to become a stock model is not trained with it.
    expect([...projectionShapes(sitesOf(attending), 'stock-compatible').keys()]).toEqual(['adapter_list.3.weight']);
    expectAllClose(
      await predict(attending, await foldProjections(params, sitesOf(attending))),
      await predict(attending, params),
      1e-6,
    );
  });

  it('leave no tensors behind when they are folded', async () => {
    const params = withProjections(anchorParams(config), config, 'full');
    await expectNoLeak(async () => tf.dispose([...(await foldProjections(params, sitesOf(config))).values()]));
  });
});
