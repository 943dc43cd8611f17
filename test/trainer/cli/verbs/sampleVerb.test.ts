import {readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {decode} from 'fast-png';
import {describe, expect, it} from 'vitest';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {writeTinyBase} from '../../../helpers/runs/tinyExperiment.ts';
import {Sampled} from './sampled.ts';

async function tinyModel() {
  const folder = await temporaryFolder();
  await writeTinyBase(join(folder, 'base'));
  const common = ['sample', '--model', join(folder, 'base'), '--steps', '2', '--count', '3', '--engine', 'wasm'];
  return {folder, common};
}

describe('deme sample', () => {
  useCpuBackend();

  it('draws a grid and single images, which do not depend on the batch', async () => {
    const {folder, common} = await tinyModel();
    const grids = [];
    for (const batch of ['2', '3']) {
      const [out, images] = [join(folder, `${batch}.png`), join(folder, `images-${batch}`)];
      const call = [...common, '--batch', batch, '--out', out, '--images', images];
      const {recipe} = await demeJson(Sampled, call);
      expect(recipe).toMatchObject({sampler: 'ddim', steps: 2, eta: 0, seed: 0, count: 3});
      expect(await readdir(images)).toEqual(['0.png', '1.png', '2.png']);
      grids.push(decode(await readFile(out)));
    }
    // Two images of 8 pixels with a gap of 2, in two rows.
    expect(grids[0]).toMatchObject({width: 18, height: 18, channels: 1});
    expect(grids[0]?.data).toEqual(grids[1]?.data);
  });

  it('draws parts of the images, and what is missing, to the same bytes', async () => {
    const {folder, common} = await tinyModel();
    const call = [...common, '--count', '5', '--batch', '2', '--images'];
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    await demeJson(Sampled, [...call, whole]);
    for (const shard of ['1', '0']) await demeJson(Sampled, [...call, parts, '--shards', '2', '--shard', shard]);
    const names = ['0.png', '1.png', '2.png', '3.png', '4.png'];
    expect((await readdir(parts)).sort()).toEqual([...names, 'sample.json']);
    for (const name of ['1.png', '4.png']) await rm(join(parts, name));
    const kept = await stat(join(parts, '2.png'));
    await demeJson(Sampled, [...call, parts, '--resume']);
    expect((await stat(join(parts, '2.png'))).mtimeMs).toBe(kept.mtimeMs);
    for (const name of names) expect(await readFile(join(parts, name))).toEqual(await readFile(join(whole, name)));
    const refused = async (code: string, ...more: string[]) =>
      expect(await deme([...call, parts, ...more])).toMatchObject({code: 2, stderr: textContaining(code)});
    await refused('another recipe', '--resume', '--seed', '1');
    await refused('--shard', '--shards', '2', '--shard', '2');
    await refused('--seed-like', '--resume', '--seed-like', 'torch');
  });

  it('draws images of another size', async () => {
    const {folder, common} = await tinyModel();
    const sizes = [
      ['--size', '16x24'],
      ['--height', '16'],
      ['--width', '12'],
    ];
    const found = [];
    for (const size of sizes) {
      const {recipe} = await demeJson(Sampled, [...common, '--out', join(folder, 'x.png'), ...size]);
      found.push(recipe.size);
    }
    expect(found).toEqual([
      [16, 24],
      [16, 8],
      [8, 12],
    ]);
  });

  it('refuses prompts, as the model knows no texts', async () => {
    const {folder, common} = await tinyModel();
    const {code, stderr} = await deme([...common, '--out', join(folder, 'x.png'), '--prompt', 'a cat']);
    expect(code).toBe(2);
    expect(stderr).toContain('This model is not conditioned on text');
  });

  it('needs a place for the images', async () => {
    expect(await deme((await tinyModel()).common)).toMatchObject({code: 2, stderr: textContaining('Give --out FILE')});
  });

  it('draws other images for another seed', async () => {
    const {folder, common} = await tinyModel();
    const file = (seed: string) => join(folder, `${seed}.png`);
    for (const seed of ['0', '1']) expect((await deme([...common, '--seed', seed, '--out', file(seed)])).code).toBe(0);
    expect(decode(await readFile(file('0'))).data).not.toEqual(decode(await readFile(file('1'))).data);
  });

  it('replaces a picture, but no file of the model and nothing else unless it is told to', async () => {
    const {folder, common} = await tinyModel();
    const weights = join(folder, 'base', 'unet', 'diffusion_pytorch_model.safetensors');
    const [alias, notes] = [join(folder, 'alias'), join(folder, 'notes.png')];
    await symlink(join(folder, 'base'), alias);
    await writeFile(notes, 'no picture');
    const before = await readFile(weights);
    const sample = (...more: string[]) => deme([...common, ...more]);
    expect(await sample('--out', weights, '--overwrite')).toMatchObject({code: 2});
    expect(await sample('--out', join(folder, 'x.png'), '--images', join(alias, 'unet'))).toMatchObject({
      code: 2,
      stderr: textContaining('lie inside an input'),
    });
    expect(await readFile(weights)).toEqual(before);
    expect(await sample('--out', notes)).toMatchObject({code: 2, stderr: textContaining('give --overwrite')});
    expect(await sample('--out', notes, '--overwrite')).toMatchObject({code: 0});
    expect(await sample('--out', notes)).toMatchObject({code: 0});
  });

  it('draws by the sampler and the settings that are given', async () => {
    const {folder, common} = await tinyModel();
    const draw = async (...more: string[]) => {
      const out = join(folder, 'x.png');
      const {recipe} = await demeJson(Sampled, [...common, '--out', out, ...more]);
      return {recipe, pixels: decode(await readFile(out)).data};
    };
    const plain = await draw('--sampler', 'dpmpp-2m');
    const karras = await draw('--sampler', 'dpmpp-2m', '--karras', '--set', 'final_sigmas_type=sigma_min');
    expect(plain.recipe).toMatchObject({sampler: 'dpmpp-2m'});
    expect(karras.recipe).toMatchObject({scheduler: {use_karras_sigmas: true, final_sigmas_type: 'sigma_min'}});
    expect(karras.pixels).not.toEqual(plain.pixels);
    const churned = await draw('--sampler', 'euler', '--set', 's_churn=3');
    expect(churned.recipe.churn).toEqual({s_churn: 3, s_tmin: 0, s_tmax: 1e9, s_noise: 1});
  });

  it.each([
    [['timestep_spacing=weird'], 'timestep_spacing cannot be weird. It takes leading, trailing or linspace.'],
    [['thresholding=maybe'], 'thresholding cannot be maybe. It takes true or false.'],
    [['solver_order=4'], 'solver_order cannot be 4. It takes a whole number from 1 to 3.'],
    [['timestep_spacin=leading'], 'timestep_spacin is no setting of a sampler; did you mean timestep_spacing?'],
    [['thresholding'], "'thresholding' is not of the form key=value."],
    [['s_tmin=1'], 's_tmin without s_churn has no effect.'],
    [['use_karras_sigmas=true'], 'The sampler ddim has no setting use_karras_sigmas.'],
  ])('refuses the settings %j', async (settings, message) => {
    const {folder, common} = await tinyModel();
    const set = settings.flatMap((setting) => ['--set', setting]);
    const {code, stderr} = await deme([...common, '--sampler', 'ddim', ...set, '--out', join(folder, 'x.png')]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses more steps than the model has timesteps', async () => {
    const {folder, common} = await tinyModel();
    const {code, stderr} = await deme([...common, '--steps', '1001', '--out', join(folder, 'x.png')]);
    expect(code).toBe(2);
    expect(stderr).toContain('Ask for 1 to 1000 steps.');
  });
});
