import * as tf from '@tensorflow/tfjs-core';
import {param} from '../../../../trainer/nn/params.ts';
import {perImage} from '../../../helpers/models/plainTimesteps.ts';
import {recordingHooks} from './recordingHooks.ts';
import {timedTask} from './timedTask.ts';

/**
 * The timed task, but from update number `spoilt` (from 0) on the student predicts NaN; and hooks as `recordingHooks` makes them. The
 * embedding, [N,2], says whether it does, for a prediction that is recorded once cannot know.
 */
export function spoiltTask(
  spoilt: number,
  settings: Parameters<typeof timedTask>[0],
  checkpoints: string,
  stopBefore?: number,
) {
  const task = timedTask(settings, checkpoints);
  const {denoiser, teacher} = task.setting;
  const hooks = recordingHooks(stopBefore);
  let update = -1;
  const nextAction = () => {
    update++;
    return hooks.nextAction();
  };
  const prepare: typeof denoiser.prepare = (timesteps) => {
    const {time} = denoiser.prepare(timesteps);
    return {time: tf.concat([time, tf.fill([timesteps.length, 1], update < spoilt ? 1 : NaN)], 1)};
  };
  const predict: typeof denoiser.predict = (params, {noisy, time}) => {
    const [timesteps, factor] = tf.split(time, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const prediction = denoiser.predict(params, {noisy, time: timesteps});
    return params === teacher ? prediction : tf.mul(prediction, perImage(factor));
  };
  const setting = {...task.setting, denoiser: {...denoiser, prepare, predict}};
  return {task: {...task, setting}, hooks: {...hooks, nextAction}};
}

/** The timed task, but the student predicts NaN as soon as its weight is below `limit`, which a high learning rate makes it. */
export function fragileTask(limit: number, settings: Parameters<typeof timedTask>[0], checkpoints: string) {
  const task = timedTask(settings, checkpoints);
  const {denoiser, teacher} = task.setting;
  const predict: typeof denoiser.predict = (params, noisy, embedded) => {
    const prediction = denoiser.predict(params, noisy, embedded);
    if (params === teacher) return prediction;
    const above = tf.sqrt(tf.sub(param(params, 'offset'), limit));
    return tf.add(prediction, tf.mul(above, 0));
  };
  return {...task, setting: {...task.setting, denoiser: {...denoiser, predict}}};
}
