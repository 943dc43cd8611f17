import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {decode} from 'fast-png';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {createTorchRandom} from '../../../../trainer/sample/torchRandom.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {writeGoldenPipeline} from '../../../helpers/golden/goldenSd.ts';
import {offPixels, textToImageArray, textToImageFile} from '../../sample/textToImage.ts';
import {Sampled} from './sampled.ts';

let folder = '';
let common: string[] = [];

async function latentsOf(file: string) {
  const reader = await openSafetensors(file);
  try {
    return {values: await reader.read('latents'), shape: reader.shapes.get('latents')};
  } finally {
    await reader.close();
  }
}

describe('deme sample with prompts', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deme-prompts-'));
    common = ['sample', '--model', await writeGoldenPipeline(join(folder, 'sd1')), '--engine', 'wasm', '--overwrite'];
  });

  afterAll(() => rm(folder, {recursive: true, force: true}));

  it('draws what a pipeline of diffusers draws: two prompts, two negative ones', async () => {
    const prompts = join(folder, 'prompts.txt');
    await writeFile(prompts, 'a photo of an astronaut riding a horse on mars\ntwo cats, \u00e9tude in blue; 4k\n');
    const [latents, images, out] = ['two.safetensors', 'two', 'two.png'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const texts = ['--prompts', prompts, '--negative', 'blurry, ugly', '--negative', ''];
    const start = ['--latents', textToImageFile, '--latents-key', 'pndm_two.start'];
    const settings = ['--steps', '8', '--guidance', '3', '--save-latents', latents, '--images', images, '--out', out];
    const {recipe} = await demeJson(Sampled, [...common, ...texts, ...start, ...settings]);
    expect(recipe).toMatchObject({guidance: 3, negative: ['blurry, ugly', ''], count: 2, size: [128, 128]});
    expect(recipe.prompts).toHaveLength(2);
    const {values, shape} = await latentsOf(latents);
    const golden = await textToImageArray('pndm_two.final_latent');
    expect(shape).toEqual(golden.shape);
    expectAllClose(values, golden.values, 1e-4);
    const pictures = [];
    for (const name of ['0', '1']) pictures.push(...decode(await readFile(join(images, `${name}.png`))).data);
    const {most, share} = offPixels(pictures, (await textToImageArray('pndm_two.image_u8')).values);
    expect([most <= 1, share < 1e-3]).toEqual([true, true]);
  });

  it("starts from the noise of PyTorch's generator, of latents that are no multiples of 8", async () => {
    const file = join(folder, 'torch.safetensors');
    const asked = ['--prompt', 'a cat', '--count', '2', '--size', '72x104', '--seed', '7', '--seed-like', 'torch'];
    const sampler = ['--sampler', 'euler-ancestral', '--steps', '2', '--every-step', '--images', join(folder, 'torch')];
    const {recipe} = await demeJson(Sampled, [...common, ...asked, ...sampler, '--save-latents', file]);
    expect(recipe).toMatchObject({seedLike: 'torch', size: [72, 104], count: 2, guidance: 7.5});
    const whole = await latentsOf(file);
    expect(whole.shape).toEqual([2, 2, 4, 9, 13]);

    // The same from the numbers themselves as start, but for the noise of the steps.
    const start = createTorchRandom(7).randn(2 * 4 * 9 * 13);
    const {writeSafetensors} = await import('../../../../trainer/store/weights/safetensors.ts');
    const given = join(folder, 'given.safetensors');
    await writeSafetensors(given, [{name: 'x', shape: [2, 4, 9, 13], dtype: 'F32', read: () => start}]);
    const ddim = [
      '--sampler',
      'ddim',
      '--steps',
      '1',
      '--prompt',
      'a cat',
      '--count',
      '2',
      '--images',
      join(folder, 'y'),
    ];
    const drawn = async (...more: string[]) => {
      expect(await deme([...common, ...ddim, ...more, '--save-latents', file])).toMatchObject({code: 0});
      return (await latentsOf(file)).values;
    };
    const seeded = await drawn('--size', '72x104', '--seed', '7', '--seed-like', 'torch');
    expect(await drawn('--latents', given, '--latents-key', 'x')).toEqual(seeded);
  });

  it('draws by an ensemble of experts as by the model that all of them are', async () => {
    const model = common[2] ?? '';
    const out = join(folder, 'one.png');
    const call = [...common, '--prompt', 'a cat', '--steps', '2', '--guidance', '1', '--size', '64x64', '--out', out];
    expect((await demeJson(Sampled, call)).recipe.experts).toBeUndefined();
    const alone = decode(await readFile(out)).data;
    const experts = ['--expert', model, '--range', '500,1000', '--expert', model, '--range', '0,500'];
    expect((await demeJson(Sampled, [...call, ...experts])).recipe.experts).toHaveLength(2);
    expect(decode(await readFile(out)).data).toEqual(alone);
    const {code, stderr} = await deme([...call, ...experts.slice(0, 4)]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('do not cover the timesteps 0 to 1000')]);
  });

  it('says what is wrong with sizes, starts and tokenizers', async () => {
    const lone = join(folder, 'lone');
    await cp(common[2] ?? '', lone, {recursive: true});
    await rm(join(lone, 'tokenizer'), {recursive: true});
    const draw = ['--prompt', 'a cat', '--out', join(folder, 'x.png'), '--steps', '1'];
    const cases: [string[], string][] = [
      [[...draw, '--size', '100x64'], 'An image of 100 pixels has no latents: one of them stands for 8 pixels.'],
      [[...draw, '--latents', textToImageFile, '--latents-key', 'pndm_two.start'], 'but [1, 4, 16, 16] are drawn'],
      [[...draw, '--negative', 'a', '--negative', 'b'], '1 prompts and 2 negative ones do not fit.'],
      [[...draw, '--model', lone], 'This model has no tokenizer.'],
    ];
    for (const [call, message] of cases) {
      const {code, stderr} = await deme([...common, ...call]);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
  });
});
