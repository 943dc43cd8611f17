import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {decode} from 'fast-png';
import {describe, expect, it} from 'vitest';
import {picturesOf} from '../../../../../trainer/cli/verbs/sample/pictureFiles.ts';
import {SchedulerConfig} from '../../../../../trainer/contract/model/schedulerConfig.ts';
import {completeScheduler} from '../../../../../trainer/contract/model/schedulerSettings.ts';
import {pixelSpace} from '../../../../../trainer/models/imageSpace.ts';
import {sampleBatches} from '../../../../../trainer/sample/sampleImages.ts';
import {createSchedule} from '../../../../../trainer/schedulers/schedule.ts';
import {useCpuBackend} from '../../../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';
import {usedHeap} from '../../../../helpers/machine/usedHeap.ts';

const shape = [16, 16, 3] as const;
const schedule = createSchedule(completeScheduler(SchedulerConfig.parse({})));

describe('pictures of a sampling', () => {
  useCpuBackend();

  it('are written as they are drawn, and none is held', async () => {
    const folder = await temporaryFolder();
    const pictures = await picturesOf({model: join(folder, 'model'), images: join(folder, 'images')}, 1000);
    const request = {sampler: 'ddim', eta: 0, seed: 0, steps: 1, batch: 20, count: 1000} as const;
    const predict = (noisy: tf.Tensor4D) => tf.zerosLike(noisy);
    const used: number[] = [];
    for await (const batch of sampleBatches({...request, predict, schedule, space: pixelSpace(shape)})) {
      await pictures.write(batch, shape, 20 * used.length);
      used.push(usedHeap());
    }
    await pictures.end();
    expect(await readdir(join(folder, 'images'))).toHaveLength(1000);
    // All of them are 3 MB as numbers.
    expect((used.at(-1) ?? 0) - (used[5] ?? 0)).toBeLessThan(1.5e6);
  });

  it('of several prompts are a row each', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'grid.png');
    const pictures = await picturesOf({model: join(folder, 'model'), out}, 6, 3);
    for (const value of [-1, 0, 1])
      await pictures.write(new Float32Array(2 * 16 * 16 * 3).fill(value), shape, 2 * (value + 1));
    await pictures.end();
    expect(decode(await readFile(out))).toMatchObject({width: 3 * 16 + 4, height: 2 * 16 + 2});
  });
});
