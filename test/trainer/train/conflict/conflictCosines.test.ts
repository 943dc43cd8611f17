import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Cosines} from '../../../../trainer/contract/run/measured/gradientConflict.ts';
import {loadPretrained} from '../../../../trainer/models/pretrained.ts';
import {unetPart} from '../../../../trainer/models/tensorPart.ts';
import {flatLayout, flatten, type FlatVector} from '../../../../trainer/nn/flatParams.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {openSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {conflictCosines} from '../../../../trainer/train/conflict/conflictCosines.ts';
import {GradientProgram} from '../../../../trainer/train/conflict/gradientProgram.ts';
import {addSketch, sketchLayout, type SketchLayout} from '../../../../trainer/train/conflict/gradientSketch.ts';
import type {MicroBatch} from '../../../../trainer/train/microBatch.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {fromNchw} from '../../../helpers/models/referenceLoop.ts';

interface GoldenCosines {
  readonly inputs: {
    readonly timesteps: readonly number[];
    /** Names of arrays of the model. */
    readonly images: string;
    readonly noise: string;
    readonly context: string | null;
  };
  readonly norms: readonly number[];
  readonly overall: Cosines;
  readonly parts: Readonly<Record<string, {readonly elements: number; readonly cosines: Cosines}>>;
}

const fixtures = new URL('../../../fixtures/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('gradient-conflict/cosines.json', fixtures), 'utf8')) as {
  readonly gamma: number;
  readonly models: Readonly<Record<string, GoldenCosines>>;
};

const partOf = (name: string) => unetPart(name).group ?? 'other';

async function sketchOf(layout: SketchLayout, gradient: FlatVector): Promise<Float32Array> {
  const sketch = new Float64Array(layout.total);
  await addSketch(layout, gradient, 1, sketch);
  return Float32Array.from(sketch);
}

function largestDifference(actual: Cosines, expected: Cosines): number {
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  const differences = expected.flatMap((row, i) =>
    row.map((value, j) => Math.abs((actual[i]?.[j] ?? NaN) - (value ?? NaN))),
  );
  return differences.reduce((most, each) => (each <= most ? most : each), 0);
}

describeOnEngines('gradients at single timesteps', () => {
  it.each(Object.keys(golden.models))('have the norms and cosines of PyTorch: %s', async (model) => {
    const {inputs, ...expected} = golden.models[model] ?? expect.fail(model);
    const base = await loadPretrained(new URL(model, fixtures).pathname);
    const reader = await openSafetensors(new URL(`${model}/arrays.safetensors`, fixtures).pathname);
    const read = async (name: string) => ({values: await reader.read(name), shape: reader.shapes.get(name) ?? []});
    const [clean, noise] = [await read(inputs.images), await read(inputs.noise)];
    const count = clean.shape[0] ?? 0;
    const texts = inputs.context === null ? null : await read(inputs.context);
    await reader.close();
    const batchAt = (timestep: number): MicroBatch => ({
      images: fromNchw(clean.values, clean.shape),
      noise: fromNchw(noise.values, noise.shape),
      timesteps: Array.from({length: count}, () => timestep),
      ...(texts && {
        condition: {context: tf.slice(tf.tensor3d(texts.values, texts.shape as [number, number, number]), 0, count)},
      }),
    });
    const weighting = {kind: 'min-snr', gamma: golden.gamma} as const;
    const program = new GradientProgram({...base, weighting}, base.params, batchAt(0));
    const layout = sketchLayout(program.layout, Infinity, 0);
    const sketches: Float32Array[] = [];
    for (const timestep of inputs.timesteps) sketches.push(await sketchOf(layout, program.gradient(batchAt(timestep))));
    program.dispose();
    const {norms, overall, parts} = conflictCosines(sketches, layout, partOf);
    norms.forEach((norm, i) => expect(Math.abs(norm / (expected.norms[i] ?? NaN) - 1)).toBeLessThan(1e-4));
    expect(largestDifference(overall, expected.overall)).toBeLessThan(1e-5);
    expect(parts.map(({name}) => name).sort()).toEqual(Object.keys(expected.parts).sort());
    for (const {name, elements, cosines} of parts) {
      expect(elements, name).toBe(expected.parts[name]?.elements);
      expect(largestDifference(cosines, expected.parts[name]?.cosines ?? []), name).toBeLessThan(1e-5);
    }
  });
});

describe('the projection', () => {
  const seeds = Array.from({length: 150}, (_, seed) => seed);
  const width = 256;
  const layoutOf = (tensors: Record<string, number[]>) =>
    flatLayout(new Map(Object.entries(tensors).map(([name, shape]) => [name, tf.zeros(shape)])));

  beforeAll(async () => {
    await import('../../../helpers/engine/cpuBackend.ts');
    await tf.setBackend('cpu');
  });
  afterAll(() => tf.disposeVariables());

  /** Two gradients of given cosine in each tensor. */
  function pairOf(layout: ReturnType<typeof layoutOf>, cosine: number): [FlatVector, FlatVector] {
    const random = createRandom(7, 'pair');
    const draw = () => new Float32Array(layout.total).map(() => random.normal());
    const [one, more] = [draw(), draw()];
    const other = one.map((value, i) => cosine * value + Math.sqrt(1 - cosine ** 2) * (more[i] ?? 0));
    const vector = (values: Float32Array) => {
      let at = 0;
      return flatten(
        layout.sizes.map((size) => tf.tensor1d(values.slice(at, (at += size)))),
        layout,
      );
    };
    return [vector(one), vector(other)];
  }

  async function errors(layout: ReturnType<typeof layoutOf>, cosine: number): Promise<number[]> {
    const pair = pairOf(layout, cosine);
    const between = async (sketch: SketchLayout) => {
      const both = [await sketchOf(sketch, pair[0]), await sketchOf(sketch, pair[1])];
      return conflictCosines(both, sketch, partOf).overall[1]?.[0] ?? NaN;
    };
    const exact = await between(sketchLayout(layout, Infinity, 0));
    const found: number[] = [];
    for (const seed of seeds) found.push((await between(sketchLayout(layout, width, seed))) - exact);
    return found;
  }

  const rms = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

  it.each([0, 0.5, -0.8])(
    'puts a cosine of %d in one tensor off by (1 - c²) / sqrt(width), at random',
    async (cosine) => {
      const off = await errors(layoutOf({'mid_block.a': [120, 100]}), cosine);
      const stated = (1 - cosine ** 2) / Math.sqrt(width);
      // The estimate of a standard deviation from 150 values has a standard error of 6 %.
      expect(rms(off) / stated).toBeGreaterThan(0.8);
      expect(rms(off) / stated).toBeLessThan(1.2);
      const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
      expect(Math.abs(mean)).toBeLessThan((4 * stated) / Math.sqrt(off.length));
    },
  );

  it('is off by less over several tensors, and keeps small ones whole', async () => {
    const off = await errors(layoutOf({'mid_block.a': [60, 50], 'mid_block.b': [3000], 'mid_block.c': [50, 60]}), 0.1);
    expect(rms(off)).toBeLessThan(0.75 / Math.sqrt(width));
    const small = layoutOf({'mid_block.a': [16, 16], 'mid_block.b': [200]});
    expect(sketchLayout(small, width, 0).total).toBe(456);
    expect(rms(await errors(small, 0.1))).toBe(0);
  });

  it('has no cosine for a gradient of zero, and is the same for the same seed', async () => {
    const layout = layoutOf({'mid_block.a': [2000]});
    const [one] = pairOf(layout, 0);
    const sketch = sketchLayout(layout, width, 3);
    const first = await sketchOf(sketch, one);
    expect(await sketchOf(sketch, one)).toEqual(first);
    expect(conflictCosines([first, new Float32Array(width), first], sketch, partOf).overall).toEqual([
      [],
      [null],
      [1, null],
    ]);
  });
});
