import {readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {mergeModels} from '../../../trainer/merge/files/mergeFiles.ts';
import {drawingParts, loadComponents} from '../../../trainer/models/components.ts';
import {readModel} from '../../../trainer/store/weights/readModel.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {writeClipTokenizer} from '../../helpers/models/clipVocabulary.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {goldenSdArray, goldenSdFolder, writeGoldenPipeline} from '../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const tool = 'test';
const texts = ['', 'a photo of an astronaut riding a horse on mars', `caf\u00e9 \u{1f600} ${'long '.repeat(100)}`];

async function load(path: string, tokenizer?: string) {
  return loadComponents(await readModel(path), {tokenizer});
}

async function expectGoldenStates(path: string, tokenizer?: string): Promise<string> {
  const {text, spaceOf, imageShape, unload} = await load(path, tokenizer);
  const {values, shape} = await goldenSdArray('sd1', 'text.last_hidden_state');
  const states = text?.encode(texts) ?? expect.fail('no text encoder');
  expect(states.shape).toEqual(shape);
  expectAllClose(await states.data(), values, 2e-5);
  states.dispose();
  expect(imageShape).toEqual([128, 128, 3]);
  expect(spaceOf([64, 96, 3]).shape).toEqual([8, 12, 4]);
  unload();
  return text?.hash ?? '';
}

describe('the components of a model', () => {
  useCpuBackend();

  it('are those of a pipeline folder: states of texts, latents of images', async () => {
    const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
    const hash = await expectGoldenStates(folder);
    // The index says nothing that the folders do not.
    await rm(join(folder, 'model_index.json'));
    expect(await expectGoldenStates(folder)).toBe(hash);
    await expectNoLeak(async () => (await load(folder)).unload());
  });

  it('leave the device and come back as they were', async () => {
    const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
    const before = tf.memory().numTensors;
    const components = await load(folder);
    const space = components.spaceOf([16, 16, 3]);
    const encode = () => {
      const [states, rows] = [components.text?.encode(texts) ?? expect.fail(), space.rows(tf.ones([1, 16, 16, 3]))];
      return Promise.all([states.data(), rows.data()]);
    };
    const first = await encode();
    components.unload();
    expect(() => components.text?.encode(texts)).toThrow('not loaded');
    await Promise.all([components.load(), components.load()]);
    expect(await encode()).toEqual(first);
    components.unload();
    // What was encoded twice, and the two images.
    expect(tf.memory().numTensors - before).toBe(6);
  });

  it('are loaded by parts: what draws images encodes none', async () => {
    const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
    const before = tf.memory().numTensors;
    const components = await loadComponents(await readModel(folder), {parts: []});
    expect(tf.memory().numTensors).toBe(before);
    const space = components.spaceOf([16, 16, 3]);
    await components.load(drawingParts);
    const image = space.decode(tf.zeros([1, 2, 2, 4]));
    expect(image.shape).toEqual([1, 16, 16, 3]);
    expect(() => space.rows(tf.zeros([1, 16, 16, 3]))).toThrow('not loaded');
    const drawing = tf.memory().numTensors - before;
    await components.load(['encoder']);
    components.unload(['decoder']);
    expect(space.rows(image).shape).toEqual([1, 2, 2, 8]);
    expect(() => space.decode(tf.zeros([1, 2, 2, 4]))).toThrow('not loaded');
    components.unload();
    await expectNoLeak(async () => {
      await components.load(drawingParts);
      components.unload(drawingParts);
    });
    // Both halves were never there at once: 140 tensors of the decoder, 108 of the encoder.
    expect(drawing).toBeGreaterThan(100);
  });

  it('refuse weights of another network before anything is loaded', async () => {
    const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
    const path = join(folder, 'vae', 'config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({...config, layers_per_block: 1}));
    await expect(loadComponents(await readModel(folder), {parts: []})).rejects.toMatchObject({
      code: 'weights-mismatch',
    });
  });

  it('are those of a single file, with a tokenizer from beside it or elsewhere', async () => {
    const folder = await temporaryFolder();
    const base = await writeGoldenPipeline(join(folder, 'sd1'));
    const out = join(folder, 'single.safetensors');
    await mergeModels({base, experts: [{path: base}], weights: [0], out, dtype: 'F32', tool});
    await expect(load(out)).rejects.toMatchObject({code: 'tokenizer-missing', where: out});
    const elsewhere = await expectGoldenStates(out, join(base, 'tokenizer'));
    await writeClipTokenizer(join(folder, 'tokenizer'), 'vocab.json');
    expect(await expectGoldenStates(out)).toBe(elsewhere);
  });

  it('change their hash with tokenizer and weights', async () => {
    const folder = await writeGoldenPipeline(join(await temporaryFolder(), 'sd1'));
    const hashes = [await hashOf(folder)];
    const other = join(await temporaryFolder(), 'tokenizer');
    await writeClipTokenizer(other, 'tokenizer.json');
    hashes.push(await hashOf(folder, other));
    expect(new Set(hashes).size).toBe(2);
    expect(await hashOf(folder)).toBe(hashes[0]);
  });

  it('are pixels and no texts for a network alone', async () => {
    const {text, spaceOf, imageShape} = await load(goldenSdFolder('sd1/unet'));
    expect(text).toBeNull();
    expect(imageShape).toEqual([16, 16, 4]);
    expect(spaceOf([5, 6, 4]).shape).toEqual([5, 6, 4]);
    expect(tf.memory().numTensors).toBeGreaterThanOrEqual(0);
  });

  async function hashOf(path: string, tokenizer?: string): Promise<string | undefined> {
    const {text, unload} = await load(path, tokenizer);
    unload();
    return text?.hash;
  }
});
