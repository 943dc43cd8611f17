import * as tf from '@tensorflow/tfjs-core';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {modelPredict} from '../../../trainer/sample/predict.ts';
import {sample, type SampleRequest} from '../../../trainer/sample/sample.ts';
import {readBenchData} from '../benchData.ts';
import type {BenchResult, BenchTask} from '../contract.ts';
import {peakMemory} from './peakMemory.ts';
import {timeChunks} from './timeChunks.ts';

/** Draws one batch with DDIM again and again; `ready` is awaited before the clock runs. */
export async function measureSampling(
  task: BenchTask,
  ready: () => Promise<void>,
): Promise<Omit<BenchResult, 'engine'>> {
  const {shape, batches, condition} = await readBenchData(task.data);
  const {denoiser, schedule, params} = await loadPretrained(task.model);
  const noise = tf.tensor4d(batches[0]?.noise ?? [], [...shape]);
  const predict = modelPredict(new Predictor(denoiser, params), task.precision);
  const request: SampleRequest = {
    predict: (noisy, timestep) => predict(noisy, timestep, condition),
    schedule,
    sampler: 'ddim',
    steps: task.steps,
    eta: 0,
    noise,
    stepNoise: () => tf.zerosLike(noise),
  };
  const check = await drawTimes(request, task.warmup);
  await ready();
  const times = await timeChunks(task, (count) => drawTimes(request, count));
  return {type: 'result', losses: [], ...times, peak: peakMemory(), check};
}

/** Mean absolute value of the last images. */
async function drawTimes(request: SampleRequest, times: number): Promise<number> {
  let mean = NaN;
  for (let i = 0; i < times; i++) {
    const images = await sample(request);
    const values = await images.data();
    images.dispose();
    mean = Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  }
  return mean;
}
