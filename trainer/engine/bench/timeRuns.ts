import * as tf from '@tensorflow/tfjs-core';

export interface Timing {
  /** Median of one run. */
  milliseconds: number;
  runs: number;
}

/** What one sample should take at least, so that neither the clock nor the read of a result shows. */
const sampleMilliseconds = 50;

/**
 * Times `run` for about this many seconds, at least one sample of it, after a run that compiles what is to be compiled. A sample
 * queues several runs and waits for the last, because a GPU computes while the host goes on. The results of `run` are disposed.
 */
export async function timeRuns(run: () => tf.Tensor, seconds: number): Promise<Timing> {
  await timeSample(run, 1);
  const first = await timeSample(run, 1);
  const batch = Math.max(1, Math.ceil(sampleMilliseconds / Math.max(first, 0.01)));
  const samples = batch === 1 ? [first] : [];
  const end = performance.now() + 1000 * seconds - first;
  while (samples.length === 0 || performance.now() < end) samples.push(await timeSample(run, batch));
  return {milliseconds: median(samples), runs: samples.length * batch};
}

/** Milliseconds of one of `count` runs. */
async function timeSample(run: () => tf.Tensor, count: number): Promise<number> {
  const begin = performance.now();
  for (let i = 1; i < count; i++) run().dispose();
  const last = run();
  const value = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), 0, 1));
  await value.data();
  tf.dispose([last, value]);
  return (performance.now() - begin) / count;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return ((low ?? NaN) + (high ?? NaN)) / 2;
}
