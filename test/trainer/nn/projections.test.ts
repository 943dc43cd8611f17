import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import {alignProjections, projectionMode} from '../../../trainer/nn/projections.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {predictAt} from '../../helpers/models/predictAt.ts';
import {tinyConfig} from '../train/tasks/tinyModel.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

useCpuBackend();

const stock = () => new Map<string, tf.Tensor>([['conv.weight', tf.tensor1d([1])]]);
const name = (index: number) => `adapter_list.${index}.weight`;

async function valuesOf(params: Params | undefined, key: string): Promise<number[] | undefined> {
  const values = await params?.get(key)?.data();
  return values && [...values];
}

describe('the mode of projections', () => {
  const sites = [
    {name: 'mid', channels: 4, feedingLayers: null},
    {name: 'up 0', channels: 4, feedingLayers: ['conv']},
  ];

  it.each([
    [[], 'off'],
    [[name(1)], 'stock-compatible'],
    [[name(0), name(1)], 'full'],
    [[name(0)], 'full'],
  ])('is for %j the strictest that allows them: %s', (names, mode) => {
    expect(projectionMode(names, sites)).toBe(mode);
  });
});

describe('projections of several models', () => {
  it('are identities where a model has none, not zeros', async () => {
    const expert = new Map([...stock(), [name(0), tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2])]]);
    const [base, same] = alignProjections([stock(), expert]);
    expect(base?.get(name(0))?.shape).toEqual([1, 1, 2, 2]);
    expect(await valuesOf(base, name(0))).toEqual([1, 0, 0, 1]);
    expect(same?.get(name(0))).toBe(expert.get(name(0)));
  });

  it('give all models the same keys in the same order, by number', () => {
    const projection = () => tf.zeros([1, 1, 1, 1]);
    const [first, second] = alignProjections([
      new Map([...stock(), [name(10), projection()], [name(2), projection()]]),
      new Map([[name(9), projection()], ...stock()]),
    ]);
    const keys = ['conv.weight', name(2), name(9), name(10)];
    expect([...(first?.keys() ?? [])]).toEqual(keys);
    expect([...(second?.keys() ?? [])]).toEqual(keys);
  });

  it('are left out where no model has any', () => {
    const [first, second] = alignProjections([stock(), stock()]);
    expect([...(first?.keys() ?? []), ...(second?.keys() ?? [])]).toEqual(['conv.weight', 'conv.weight']);
  });

  it('do not change what a base predicts', () => {
    const base = initialiseParams(tinyConfig, 3);
    const expert = withProjections(initialiseParams(tinyConfig, 4), tinyConfig, 'full');
    const [aligned] = alignProjections([base, expert]);
    const noisy = tf.randomNormal<tf.Rank.R4>([2, 4, 4, 1], 0, 1, 'float32', 5);
    const steps = [0, createSchedule(SchedulerConfig.parse({})).timesteps - 1];
    const predict = (params: Params) => predictAt(createUNet2D(tinyConfig), params, noisy, steps);
    const [plain, projected] = [predict(base), predict(aligned ?? new Map())];
    expect(aligned?.size).toBeGreaterThan(base.size);
    expect(maxAbsDifference(projected.dataSync(), plain.dataSync())).toBe(0);
  });
});
