import {readFileSync} from 'node:fs';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import sharp from 'sharp';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import * as z from 'zod';
import {openSafetensors, writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {goldenSdArray, goldenSdFolder, writeGoldenPipeline} from '../../../helpers/golden/goldenSd.ts';

const arrays = goldenSdFolder('sd1/arrays.safetensors');
const {rows} = JSON.parse(readFileSync(goldenSdFolder('tokens.json'), 'utf8')) as {
  rows: {text: string; hf: number[]}[];
};

let model = '';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deme-arrays-'));
  model = await writeGoldenPipeline(join(folder, 'sd1'));
});
afterAll(() => rm(folder, {recursive: true, force: true}));

async function read(file: string, name: string): Promise<Float32Array> {
  const reader = await openSafetensors(file);
  return reader.read(name).finally(() => reader.close());
}

async function expectGolden(file: string, name: string, expected: string, tolerance: number): Promise<void> {
  expectAllClose(await read(file, name), (await goldenSdArray('sd1', expected)).values, tolerance);
}

describe('verbs that compare with the reference tools', () => {
  it('tokenizes: whole, filled up, from lines and from JSON', async () => {
    const json = join(folder, 'prompts.json');
    await writeFile(json, JSON.stringify(rows.map(({text}) => text)));
    const Tokenized = z.strictObject({ids: z.array(z.array(z.int()))});
    const {ids} = await demeJson(Tokenized, ['tokenize', '--model', model, '--text', json, '--whole']);
    expect(ids).toEqual(rows.map(({hf}) => hf));

    const lines = join(folder, 'prompts.txt');
    await writeFile(lines, 'a photo of a cat\r\n\r\n');
    const {stdout} = await deme(['tokenize', '--model', model, '--text', lines, '--length', '9']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as number[]),
    ).toEqual([
      [49406, 320, 1125, 539, 320, 2368, 49407, 49407, 49407],
      [49406, ...Array<number>(8).fill(49407)],
    ]);
    const usual = await demeJson(Tokenized, ['tokenize', '--model', model, '--text', lines]);
    expect(usual.ids.map(({length}) => length)).toEqual([77, 77]);
  });

  it('encodes texts to the states of the text encoder', async () => {
    const {values} = await goldenSdArray('sd1', 'text.ids');
    // What the script of the golden arrays encodes; the last is cut.
    const texts = ['', 'a photo of an astronaut riding a horse on mars', `caf\u00e9 \u{1f600} ${'long '.repeat(100)}`];
    const [file, out] = [join(folder, 'texts.json'), join(folder, 'texts.safetensors')];
    await writeFile(file, JSON.stringify(texts));
    const call = ['encode', '--model', model, '--text', file, '--out', out, '--engine', 'wasm', '--batch', '2'];
    const {code, stdout} = await deme(call);
    expect(code).toBe(0);
    expect(stdout).toContain('ids [3, 77], context [3, 77, 16]');
    expect(await read(out, 'ids')).toEqual(values);
    await expectGolden(out, 'context', 'text.last_hidden_state', 2e-5);
    expect((await deme([...call, '--clip-skip', '1'])).code).toBe(0);
    await expectGolden(out, 'context', 'text.clip_skip1', 2e-5);
  });

  it('encodes images to moments and latents, and decodes these', async () => {
    const [encoded, decoded] = [join(folder, 'encoded.safetensors'), join(folder, 'decoded.safetensors')];
    const common = ['--model', model, '--engine', 'wasm'];
    const images = ['--arrays', arrays, '--images', 'vae.image_u8', '--noise', 'vae.noise'];
    expect((await deme(['encode', ...common, ...images, '--out', encoded, '--batch', '1'])).code).toBe(0);
    await expectGolden(encoded, 'mean', 'vae.mean', 5e-5);
    await expectGolden(encoded, 'logvar', 'vae.logvar', 5e-5);
    await expectGolden(encoded, 'latents', 'vae.sample_scaled', 5e-5);

    // The same images from files.
    const drawn = join(folder, 'drawn');
    await mkdir(drawn);
    const {values: bytes} = await goldenSdArray('sd1', 'vae.image_u8');
    for (const image of [0, 1]) {
      const pixels = Uint8Array.from({length: 3 * 128 * 128}, (_, i) => {
        return bytes[(3 * image + (i % 3)) * 128 * 128 + Math.floor(i / 3)] ?? 0;
      });
      await sharp(pixels, {raw: {width: 128, height: 128, channels: 3}})
        .png()
        .toFile(join(drawn, `${image}.png`));
    }
    const files = ['--pictures', drawn, '--arrays', arrays, '--noise', 'vae.noise', '--out', encoded];
    expect((await deme(['encode', ...common, ...files])).code).toBe(0);
    await expectGolden(encoded, 'latents', 'vae.sample_scaled', 5e-5);

    const pictures = join(folder, 'pictures');
    const latents = ['--latents', arrays, '--latents-key', 'vae.latent_scaled', '--pictures', pictures];
    expect((await deme(['decode', ...common, ...latents, '--out', decoded])).code).toBe(0);
    await expectGolden(decoded, 'image', 'vae.decoded', 5e-5);
    const expected = (await goldenSdArray('sd1', 'vae.decoded')).values;
    const {data, info} = await sharp(await readFile(join(pictures, '1.png')))
      .raw()
      .toBuffer({resolveWithObject: true});
    expect([info.width, info.height, info.channels]).toEqual([128, 128, 3]);
    const green = expected.subarray(4 * 128 * 128, 5 * 128 * 128);
    const wanted = Array.from(green, (value) => Math.round(255 * Math.min(1, Math.max(0, value / 2 + 0.5))));
    const off = wanted.map((value, i) => Math.abs(value - (data[3 * i + 1] ?? NaN)));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  });

  it('predicts with the states of a text encoder, also at fractional timesteps', async () => {
    const [inputs, out] = [join(folder, 'inputs.safetensors'), join(folder, 'predicted.safetensors')];
    const [noisy, context] = [await read(arrays, 'unet_float_t.input'), await read(arrays, 'text.last_hidden_state')];
    const call = ['predict', '--model', model, '--arrays', inputs, '--sample', 'x', '--timesteps', 't', '--out', out];
    const all = [...call, '--context', 'c', '--engine', 'wasm'];
    await writeSafetensors(inputs, [
      {name: 'x', shape: [1, 4, 16, 16], dtype: 'F32', read: () => noisy},
      {name: 't', shape: [1], dtype: 'F32', read: () => Float32Array.of(37.5)},
      {name: 'c', shape: [1, 77, 16], dtype: 'F32', read: () => context.slice(77 * 16, 2 * 77 * 16)},
    ]);
    expect((await deme(all)).code).toBe(0);
    await expectGolden(out, 'output', 'unet_float_t.output_37.5', 2e-5);
    const {code, stderr} = await deme([...call, '--engine', 'wasm']);
    expect(code).toBe(2);
    expect(stderr).toContain('conditioned on text');
  });

  it.each([
    [['encode'], 'Give either --text FILE, --pictures PATH, or --arrays FILE with --images KEY.'],
    [['encode', '--pictures', 'x', '--arrays', arrays, '--images', 'y'], 'Give either'],
    [['encode', '--pictures', 'x', '--noise', 'y'], 'Give either'],
    [['encode', '--pictures', goldenSdFolder('metrics')], 'This picture has 37x53 pixels, but the first 50x41'],
    [['encode', '--text', arrays, '--arrays', arrays], 'Give either'],
    [['encode', '--arrays', arrays, '--images', 'nothing'], "There is no tensor 'nothing'."],
    [['encode', '--arrays', arrays, '--images', 'vae.image_u8', '--noise', 'unet.input'], 'instead of [2, 4, 16, 16]'],
    [['decode', '--latents', arrays, '--latents-key', 'vae.decoded'], 'has 3 channels, but the autoencoder takes 4'],
  ])('refuses %j', async (call, message) => {
    const {code, stderr} = await deme([...call, '--model', model, '--out', join(folder, 'refused.safetensors')]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('names the component that a model lacks', async () => {
    const text = join(folder, 'one.txt');
    await writeFile(text, 'a cat');
    const {code, stderr} = await deme(['tokenize', '--model', goldenSdFolder('sd2'), '--text', text]);
    expect(code).toBe(2);
    expect(stderr).toContain('This model has no tokenizer.');
  });
});
