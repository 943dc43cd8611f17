import * as tf from '@tensorflow/tfjs-core';
import {pixelRows} from '../../../../trainer/data/imageRows.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {TrainingConfig} from '../../../../trainer/contract/config/training.ts';
import type {ImageSource} from '../../../../trainer/data/dataset.ts';
import type {Denoiser} from '../../../../trainer/models/denoiser.ts';
import {pixelSpace} from '../../../../trainer/models/imageSpace.ts';
import {param} from '../../../../trainer/nn/params.ts';
import {createSchedule} from '../../../../trainer/schedulers/schedule.ts';
import type {TrainTask} from '../../../../trainer/train/trainTask.ts';
import {preparePlainly, perImage} from '../../../helpers/models/plainTimesteps.ts';

/** Every image is this grey; as the model predicts the image itself, losses depend on nothing but the timestep. */
const grey = 0.5;
const offset = 0.25;

/** Student: t / 1000 + offset. Teacher, whose offset is 0: t / 1000. */
const timed: Denoiser = {
  shapes: new Map([['offset', []]]),
  inChannels: 1,
  outChannels: 1,
  contextWidth: null,
  prepare: preparePlainly,
  predict(params, {noisy, time: timesteps}) {
    const times = perImage(tf.div(timesteps, 1000));
    return tf.add(tf.add(tf.zerosLike(noisy), times), param(params, 'offset'));
  },
};

const greyImages: ImageSource = {
  size: 5,
  shape: [2, 2, 1],
  fingerprint: 'grey',
  read: () => Promise.resolve(new Uint8Array(4).fill(Math.round(((grey + 1) / 2) * 255))),
};

/** A training whose weights stand still (the rate is too small for float32), and whose losses are known: see `timedLosses`. */
export function timedTask(settings: Partial<TrainingConfig>, checkpoints: string): TrainTask {
  const config = TrainingConfig.parse({updates: 12, optimizer: {learningRate: 1e-30}, ...settings});
  return {
    stage: 'expert-1',
    config,
    setting: {
      denoiser: timed,
      schedule: createSchedule(SchedulerConfig.parse({prediction_type: 'sample'})),
      teacher: new Map([['offset', tf.scalar(0)]]),
      consistency: 1,
    },
    initial: new Map([['offset', tf.scalar(offset)]]),
    range: [250, 500],
    probability: 0.4,
    images: pixelRows(greyImages),
    texts: null,
    space: pixelSpace(greyImages.shape),
    flip: false,
    randomCrop: false,
    checkpoints,
  };
}

/** Both losses of one image at `timestep`, known to about 1e-6. */
export function timedLosses(timestep: number): {denoise: number; consistency: number} {
  const pixel = Math.round(((grey + 1) / 2) * 255) / 127.5 - 1;
  return {denoise: (timestep / 1000 + offset - pixel) ** 2, consistency: offset ** 2};
}
