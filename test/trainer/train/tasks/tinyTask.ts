import {TrainingConfig} from '../../../../trainer/contract/config/training.ts';
import {pixelRows} from '../../../../trainer/data/imageRows.ts';
import {memorySource} from '../../../../trainer/data/memorySource.ts';
import {pixelSpace} from '../../../../trainer/models/imageSpace.ts';
import {createRandom} from '../../../../trainer/random.ts';
import type {TrainTask} from '../../../../trainer/train/trainTask.ts';
import {tinyModel} from './tinyModel.ts';

/** 11 grey images of 4x4 pixels. */
export function tinyImages(fingerprint = 'tiny') {
  const random = createRandom(1, 'pixels');
  const pixels = Uint8Array.from({length: 11 * 16}, () => random.int(0, 256));
  return memorySource({pixels, labels: new Uint8Array(11), shape: [4, 4, 1], fingerprint});
}

/** An expert of the tiny UNet with everything on: teacher, projections, accumulation, dropout, clipping, EMA, warm-up, flips. */
export function tinyTask(
  settings: Partial<TrainingConfig>,
  checkpoints: string,
): TrainTask & {setting: {teacher: NonNullable<TrainTask['setting']['teacher']>}} {
  const config = TrainingConfig.parse({
    updates: 8,
    batch: 3,
    accumulation: 2,
    optimizer: {learningRate: 1e-3},
    schedule: {kind: 'cosine', warmup: 2},
    dropout: true,
    draw: 'sample',
    seed: 5,
    logEvery: 2,
    bucketEvery: 4,
    ...settings,
  });
  const {setting, ...model} = tinyModel();
  return {
    ...model,
    setting: {...setting, weighting: config.lossWeighting},
    stage: 'expert-2',
    config,
    range: [500, 750],
    probability: 0.3,
    images: pixelRows(tinyImages()),
    texts: null,
    space: pixelSpace([4, 4, 1]),
    flip: true,
    randomCrop: false,
    checkpoints,
  };
}
