import {tensor3d} from '@tensorflow/tfjs-core';
import type {Condition} from '../../trainer/models/denoiser.ts';
import {createRandom} from '../../trainer/random.ts';
import type {NoiseSchedule} from '../../trainer/schedulers/schedule.ts';
import {inferenceTimesteps} from '../../trainer/schedulers/spacing.ts';
import {openSafetensors, writeSafetensors, type TensorSource} from '../../trainer/store/weights/safetensors.ts';
import {elementCount} from '../../trainer/store/weights/tensorReader.ts';

/** Batches in the file; updates take them in turn. */
const batches = 5;

export interface BatchShape {
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  /** Width of the text's hidden states; null for a network without text. */
  readonly contextWidth: number | null;
}

/** Tokens of a text of Stable Diffusion. */
const textLength = 77;

/** Writes what both sides are given; the values of a batch are the same whatever else is measured. */
export async function writeBenchData(
  path: string,
  shape: BatchShape,
  schedule: NoiseSchedule,
  steps: number,
): Promise<void> {
  const {batch, size, channels, contextWidth} = shape;
  const pixels = [batches, batch, size, size, channels];
  const random = (what: string) => createRandom(0, 'bench', what);
  const normal = (what: string, shape: readonly number[]) =>
    random(what).fillNormal(new Float32Array(elementCount(shape)));
  const timesteps = random('timesteps');
  const context = contextWidth === null ? null : [batch, textLength, contextWidth];
  await writeSafetensors(path, [
    floats(
      'images',
      pixels,
      normal('images', pixels).map((x) => Math.tanh(x)),
    ),
    floats('noise', pixels, normal('noise', pixels)),
    ...(context ? [floats('context', context, normal('context', context))] : []),
    integers(
      'timesteps',
      [batches, batch],
      Array.from({length: batches * batch}, () => timesteps.int(0, schedule.timesteps)),
    ),
    floats('alphas_cumprod', [schedule.timesteps], schedule.alphasCumprod),
    integers('ddim_timesteps', [steps], inferenceTimesteps(schedule, steps)),
  ]);
}

/** One batch on the host, [N,H,W,C]. */
export interface BenchBatch {
  readonly images: Float32Array;
  readonly noise: Float32Array;
  readonly timesteps: readonly number[];
}

export interface BenchData {
  readonly shape: readonly [number, number, number, number];
  readonly batches: readonly BenchBatch[];
  /** Of all batches, on the device; the caller's. */
  readonly condition: Condition;
}

export async function readBenchData(path: string): Promise<BenchData> {
  const reader = await openSafetensors(path);
  try {
    const [count = 0, ...shape] = reader.shapes.get('images') ?? [];
    const context = reader.shapes.get('context');
    const parts = async (name: string) => split(await reader.read(name), count);
    const [images, noise, timesteps] = [await parts('images'), await parts('noise'), await parts('timesteps')];
    return {
      shape: shape as [number, number, number, number],
      batches: images.map((values, i) => ({
        images: values,
        noise: noise[i] as Float32Array,
        timesteps: [...(timesteps[i] as Float32Array)],
      })),
      condition: context ? {context: tensor3d(await reader.read('context'), context as [number, number, number])} : {},
    };
  } finally {
    await reader.close();
  }
}

function split(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / count;
  return Array.from({length: count}, (_, i) => values.slice(i * size, (i + 1) * size));
}

function floats(name: string, shape: readonly number[], values: Float32Array): TensorSource {
  return {name, shape, dtype: 'F32', read: () => values};
}

function integers(name: string, shape: readonly number[], values: readonly number[]): TensorSource {
  return {name, shape, dtype: 'I64', read: () => BigInt64Array.from(values, BigInt)};
}
