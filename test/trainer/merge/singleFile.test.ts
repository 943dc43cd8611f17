import {createHash} from 'node:crypto';
import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {mergeModels, type MergeRequest} from '../../../trainer/merge/files/mergeFiles.ts';
import {readRecipe} from '../../../trainer/merge/recipe/readRecipe.ts';
import {reproduceMerge} from '../../../trainer/merge/recipe/reproduceMerge.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {readModel} from '../../../trainer/store/weights/readModel.ts';
import {openSafetensors, writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {goldenSdFolder} from '../../helpers/golden/goldenSd.ts';
import {randomTensor, writeOriginal, type OriginalModel} from '../../helpers/models/originalModel.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const vPrediction = {'modelspec.prediction_type': 'v'};

/** A base and an expert in single files, and a place for what is made of them. */
async function models(model: OriginalModel) {
  const folder = await temporaryFolder();
  const base = await writeOriginal(join(folder, 'base.safetensors'), model);
  const expert = await writeOriginal(join(folder, 'expert.safetensors'), {...model, expert: 1});
  return {folder, base, expert};
}

async function merge(request: Pick<MergeRequest, 'base' | 'out'> & {expert: string} & Partial<MergeRequest>) {
  const {expert, ...rest} = request;
  return mergeModels({experts: [{path: expert}], weights: [0.5], tool: 'test', ...rest});
}

/** Number format, shape and hash of each tensor, as text. */
async function contentOf(file: string): Promise<Map<string, string>> {
  const reader = await openSafetensors(file);
  const content = new Map<string, string>();
  for (const [name, shape] of reader.shapes) {
    const hash = createHash('sha256').update(await reader.readBytes(name));
    content.set(name, `${reader.dtypes.get(name)} [${shape.join()}] ${hash.digest('hex')}`);
  }
  await reader.close();
  return content;
}

async function metadataOf(file: string): Promise<Record<string, string>> {
  const reader = await openSafetensors(file);
  await reader.close();
  return Object.fromEntries(reader.metadata);
}

const isNetwork = (name: string) => name.startsWith('model.diffusion_model.');

describe.each([1, 2] as const)('a merge of single files of Stable Diffusion %i', (version) => {
  it('keeps every other tensor and its format, and leaves out the running average', async () => {
    const more = [
      randomTensor('alphas_cumprod', [10]),
      randomTensor('model_ema.diffusion_modeloutbias', [4]),
      {name: 'model_ema.num_updates', shape: [], dtype: 'I64' as const, read: () => BigInt64Array.of(5n)},
    ];
    const {folder, base, expert} = await models({version, dtype: 'F16', more, metadata: vPrediction});
    const out = join(folder, 'merged.safetensors');
    const {dtype, warnings} = await merge({base, expert, out});
    const [before, after] = [await contentOf(base), await contentOf(out)];
    expect([...after.keys()].sort()).toEqual([...before.keys()].filter((name) => !/^model_ema/.test(name)).sort());
    for (const [name, content] of after) {
      if (isNetwork(name)) expect(content, name).toMatch(/^F16/);
      else expect(content, name).toBe(before.get(name));
    }
    expect(after.get('model.diffusion_model.out.2.weight')).not.toBe(before.get('model.diffusion_model.out.2.weight'));
    expect(dtype).toBe('base');
    expect(warnings.at(-1)).toMatch(/^2 tensors of model_ema were left out/);
    expect(await metadataOf(out)).toMatchObject({...vPrediction, 'modelspec.predict_key': 'v'});
  });

  it('gives the network that a merge of folders gives, and the other way round', async () => {
    const {folder, base, expert} = await models({version, metadata: vPrediction});
    const [baseFolder, expertFolder] = [join(folder, 'base'), join(folder, 'expert')];
    await merge({base, expert: base, weights: [0], out: baseFolder});
    await merge({base: expert, expert, weights: [0], out: expertFolder});
    const network = async (path: string) => contentOf(join(path, 'unet', 'diffusion_pytorch_model.safetensors'));
    const all: [string, string][] = [
      [base, expert],
      [baseFolder, expert],
      [base, expertFolder],
      [baseFolder, expertFolder],
    ];
    const results = [];
    for (const [i, [one, other]] of all.entries()) {
      // The record of the folder that stands for the expert names another base.
      const out = join(folder, `merged-${i}`);
      if (other === expertFolder) await writeFile(join(expertFolder, 'deme.json'), '{"role": "expert"}');
      await merge({base: one, expert: other, out});
      results.push(await network(out));
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('goes into a folder and back without loss, but for what no folder holds', async () => {
    const {folder, base} = await models({version, dtype: 'F16', metadata: vPrediction});
    const [inFolder, back, again] = ['a', 'back.safetensors', 'b'].map((name) => join(folder, name));
    await merge({base, expert: base, weights: [0], dtype: 'base', out: inFolder ?? ''});
    await merge({base: inFolder ?? '', expert: base, weights: [0], out: back ?? ''});
    await merge({base: back ?? '', expert: base, weights: [0], dtype: 'base', out: again ?? ''});
    const [before, after] = [await contentOf(base), await contentOf(back ?? '')];
    const unused = /^cond_stage_model\.model\.(?:text_projection|logit_scale|transformer\.resblocks\.2\.)/;
    for (const name of before.keys()) if (unused.test(name)) before.delete(name);
    expect(after).toEqual(before);
    for (const part of ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model']) {
      const [one, other] = [inFolder, again].map((path) => join(path ?? '', `${part}.safetensors`));
      expect(await contentOf(other ?? ''), part).toEqual(await contentOf(one ?? ''));
    }
    const [first, second] = [await readModelFolder(inFolder ?? ''), await readModelFolder(again ?? '')];
    expect(second.unetConfig).toEqual(first.unetConfig);
    expect(second.schedulerConfig).toEqual(first.schedulerConfig);
  });

  it('is made again by its recipe, byte for byte', async () => {
    const {folder, base, expert} = await models({version, dtype: 'F16', metadata: vPrediction});
    const [out, again] = [join(folder, 'merged.safetensors'), join(folder, 'again.safetensors')];
    await merge({base, expert, out});
    await reproduceMerge(await readRecipe(out), {base, experts: [expert]}, {out: again});
    expect((await readFile(again)).equals(await readFile(out))).toBe(true);
  });
});

describe('a folder of diffusers', () => {
  it.each(['sd1', 'sd2'])('goes into a single file and comes back with its configs and bytes: %s', async (model) => {
    const folder = await temporaryFolder();
    const base = join(folder, 'base');
    await cp(goldenSdFolder(`${model}/unet`), join(base, 'unet'), {recursive: true});
    await cp(goldenSdFolder(`${model}/text_encoder`), join(base, 'text_encoder'), {recursive: true});
    await cp(goldenSdFolder('sd1/vae'), join(base, 'vae'), {recursive: true});
    await mkdir(join(base, 'scheduler'));
    const scheduler = {_class_name: 'DDIMScheduler', beta_schedule: 'scaled_linear', prediction_type: 'v_prediction'};
    await writeFile(join(base, 'scheduler', 'scheduler_config.json'), JSON.stringify(scheduler));
    const index = {
      _class_name: 'StableDiffusionPipeline',
      vae: ['diffusers', 'AutoencoderKL'],
      text_encoder: ['transformers', 'CLIPTextModel'],
    };
    await writeFile(join(base, 'model_index.json'), JSON.stringify(index));
    const [single, back] = [join(folder, 'single.safetensors'), join(folder, 'back')];
    await merge({base, expert: base, weights: [0], out: single});
    await merge({base: single, expert: base, weights: [0], dtype: 'base', out: back});
    for (const part of ['unet/diffusion_pytorch_model', 'vae/diffusion_pytorch_model', 'text_encoder/model']) {
      const [one, other] = [base, back].map((path) => join(path, `${part}.safetensors`));
      expect(await contentOf(other ?? ''), part).toEqual(await contentOf(one ?? ''));
    }
    const [before, after] = [await readModelFolder(base), await readModelFolder(back)];
    // Heads and groups, which no tensor shows, among them.
    expect(after.unetConfig).toEqual(before.unetConfig);
    expect(after.schedulerConfig).toMatchObject(scheduler);
    const config = async (path: string) =>
      JSON.parse(await readFile(join(path, 'text_encoder', 'config.json'), 'utf8')) as object;
    expect(await config(back)).toMatchObject(await config(base));
  });

  it('with projections is no single file', async () => {
    const {folder, base, expert} = await models({version: 1});
    const path = join(folder, 'expert');
    await merge({base: expert, expert, weights: [0], out: path});
    const file = join(path, 'unet', 'diffusion_pytorch_model.safetensors');
    const reader = await openSafetensors(file);
    await reader.close();
    const tensors = [...reader.shapes].map(([name, shape]) => randomTensor(name, [...shape]));
    await writeSafetensors(file, [...tensors, randomTensor('adapter_list.0.weight', [32, 32, 1, 1])]);
    await writeFile(join(path, 'deme.json'), '{"role": "expert", "projection": "full"}');
    await expect(merge({base, expert: path, out: join(folder, 'x.safetensors')})).rejects.toMatchObject({
      code: 'single-file-projections',
    });
  });
});

describe('what a checkpoint of Stable Diffusion 2 predicts', () => {
  const predictionOf = async (path: string, given?: 'epsilon' | 'v_prediction') =>
    (await readModel(path, given)).schedulerConfig?.prediction_type;

  it('must be said somewhere', async () => {
    const {base, expert, folder} = await models({version: 2});
    await expect(readModel(base)).rejects.toMatchObject({
      code: 'prediction-type-unknown',
      hint: expect.stringMatching(/base\.yaml.*--prediction-type/) as string,
    });
    await expect(merge({base, expert, out: join(folder, 'x')})).rejects.toMatchObject({
      code: 'prediction-type-unknown',
    });
    expect(await predictionOf(base, 'v_prediction')).toBe('v_prediction');
    await merge({base, expert, predictionType: 'v_prediction', out: join(folder, 'x')});
    expect((await readModelFolder(join(folder, 'x'))).record?.predictionType).toBe('v_prediction');
  });

  it('is read from the config beside it, which goes before the metadata', async () => {
    const {base} = await models({version: 2, metadata: {'modelspec.prediction_type': 'epsilon'}});
    expect(await predictionOf(base)).toBe('epsilon');
    const sidecar = base.replace('.safetensors', '.yaml');
    await writeFile(sidecar, 'model:\n  target: ldm.X\n  params:\n    parameterization: "v"\n    linear_end: 0.02\n');
    expect(await predictionOf(base)).toBe('v_prediction');
    expect((await readModel(base)).schedulerConfig).toMatchObject({beta_start: 0.00085, beta_end: 0.02});
    await writeFile(sidecar, 'model: [');
    await expect(readModel(base)).rejects.toMatchObject({code: 'original-config-invalid', where: sidecar});
  });

  it('must be the same of base and experts', async () => {
    const {base, folder} = await models({version: 2, metadata: vPrediction});
    const metadata = {'modelspec.predict_key': 'epsilon'};
    const expert = await writeOriginal(join(folder, 'other.safetensors'), {version: 2, expert: 1, metadata});
    await expect(merge({base, expert, out: join(folder, 'x.safetensors')})).rejects.toMatchObject({
      code: 'merge-prediction-type',
    });
  });
});

it('takes heads and the size of images from the rules of each version, or from the config beside the file', async () => {
  const {base} = await models({version: 1});
  expect((await readModel(base)).unetConfig).toMatchObject({attention_head_dim: 8, sample_size: 64});
  await writeFile(
    base.replace('.safetensors', '.yaml'),
    'model: {params: {unet_config: {params: {num_heads: 4, num_head_channels: -1, image_size: 32}}}}',
  );
  expect((await readModel(base)).unetConfig).toMatchObject({attention_head_dim: 4, sample_size: 32});
  const second = await models({version: 2, metadata: vPrediction});
  expect((await readModel(second.base)).unetConfig).toMatchObject({attention_head_dim: [1, 1], sample_size: 96});
});

it('carries a tokenizer that lies beside the file, and says where there is none', async () => {
  const {folder, base, expert} = await models({version: 1});
  const {warnings} = await merge({base, expert, out: join(folder, 'without')});
  expect(warnings.at(-1)).toMatch(/has no tokenizer/);
  await mkdir(join(folder, 'tokenizer'));
  await writeFile(join(folder, 'tokenizer', 'vocab.json'), '{}');
  const {warnings: fewer} = await merge({base, expert, out: join(folder, 'with')});
  expect(fewer.some((warning) => warning.includes('tokenizer'))).toBe(false);
  expect(await readFile(join(folder, 'with', 'tokenizer', 'vocab.json'), 'utf8')).toBe('{}');
});
