import {link, lstat, mkdir, readFile, readdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {ModelRecord} from '../../../../trainer/contract/run/records.ts';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {readModelFolder, writeModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyTensors, writeFolder} from '../../merge/tinyModels.ts';

const index = {
  _class_name: 'StableDiffusionPipeline',
  _diffusers_version: '0.6.0',
  feature_extractor: ['transformers', 'CLIPFeatureExtractor'],
  image_encoder: [null, null],
  requires_safety_checker: false,
  safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'],
  scheduler: ['diffusers', 'DDPMScheduler'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  unet: ['diffusers', 'UNet2DModel'],
  vae: ['diffusers', 'AutoencoderKL'],
};

const files = {
  'feature_extractor/preprocessor_config.json': '{"size": 224}',
  'tokenizer/vocab.json': '{"a": 0}',
  'tokenizer/deep/merges.txt': '#version: 0.2',
  'vae/config.json': '{"_class_name": "AutoencoderKL"}',
  'vae/diffusion_pytorch_model.safetensors': 'weights',
};

/** A base with components, of which the VAE's weights are a link into a cache, as the hub's are, and the safety checker was not fetched. */
async function writeBase(folder: string, more: object = {}): Promise<string> {
  const base = await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
  await writeFile(join(base, 'model_index.json'), JSON.stringify({...index, ...more}));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(base, name, '..'), {recursive: true});
    const blob = join(folder, 'blob');
    if (name.endsWith('.safetensors')) {
      await writeFile(blob, content);
      await symlink('../../blob', join(base, name));
    } else await writeFile(join(base, name), content);
  }
  return base;
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

async function expectComponents(folder: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    expect(await readFile(join(folder, name), 'utf8'), name).toBe(content);
    expect((await lstat(join(folder, name))).isFile(), name).toBe(true);
  }
}

describe('the components of a pipeline', () => {
  it('go into an expert and from there into a merge, with all that the index says', async () => {
    const folder = await temporaryFolder();
    const base = await readModelFolder(await writeBase(folder));
    const expert = join(folder, 'expert');
    await writeModelFolder(expert, {
      unetConfig: base.unetConfig,
      schedulerConfig: base.schedulerConfig ?? expect.fail(),
      pipeline: base.pipeline,
      tensors: tinyTensors({value: 2, projections: [0]}),
      record: ModelRecord.parse({role: 'expert', base: await base.weightsHash()}),
    });
    await expectComponents(expert);
    expect(await json(join(expert, 'model_index.json'))).toEqual({
      ...index,
      _class_name: 'DeMePipeline',
      _stock_class_name: 'StableDiffusionPipeline',
      unet: ['deme_studio', 'DeMeUNet2DModel'],
    });

    const out = join(folder, 'merged');
    const request = {base: base.path, experts: [{path: expert}], weights: [0.5], dtype: 'F32', tool: 'test'} as const;
    await mergeModels({...request, out});
    await expectComponents(out);

    // A model with projections as the base of one without: the class of the stock pipeline is known again.
    const extended = await readModelFolder(expert);
    expect(extended.pipeline?.index).toEqual({...index, unet: ['deme_studio', 'DeMeUNet2DModel']});
    const stock = join(folder, 'stock');
    await writeModelFolder(stock, {
      unetConfig: base.unetConfig,
      schedulerConfig: SchedulerConfig.parse({}),
      pipeline: extended.pipeline,
      tensors: tinyTensors({value: 2}),
      record: ModelRecord.parse({role: 'merged'}),
    });
    expect(await json(join(stock, 'model_index.json'))).toEqual(index);
    expect(Object.keys((await json(join(stock, 'model_index.json'))) as object)).toEqual(Object.keys(index));
    await expectComponents(stock);
  });

  it('survive when a model is written over itself', async () => {
    const folder = await temporaryFolder();
    const path = await writeBase(folder);
    const {unetConfig, pipeline} = await readModelFolder(path);
    const tensors = tinyTensors({value: 3});
    const record = ModelRecord.parse({role: 'merged'});
    await writeModelFolder(path, {unetConfig, schedulerConfig: SchedulerConfig.parse({}), pipeline, tensors, record});
    await expectComponents(path);
    expect((await readdir(folder)).sort()).toEqual(['base', 'blob']);
  });

  it.each(['../../etc', '/etc', 'a/b', '..', ''])('are never looked for outside of the folder: %j', async (name) => {
    const base = await writeBase(await temporaryFolder(), {[name]: ['diffusers', 'AutoencoderKL']});
    await expect(readModelFolder(base)).rejects.toMatchObject({code: 'path-refused'});
  });

  it('are plain files', async () => {
    const folder = await temporaryFolder();
    const path = await writeBase(folder);
    await symlink('/dev/zero', join(path, 'vae', 'odd'));
    const {unetConfig, pipeline} = await readModelFolder(path);
    const model = {unetConfig, schedulerConfig: SchedulerConfig.parse({}), pipeline, tensors: tinyTensors({value: 3})};
    const record = ModelRecord.parse({role: 'merged'});
    await expect(writeModelFolder(join(folder, 'out'), {...model, record})).rejects.toMatchObject({code: 'file-odd'});
    expect((await readdir(folder)).sort()).toEqual(['base', 'blob']);
  });

  it('take no room again where the file system has links', async () => {
    const folder = await temporaryFolder();
    const path = await writeBase(folder);
    const isLinking = await link(join(path, 'vae', 'config.json'), join(folder, 'probe')).then(
      () => true,
      () => false,
    );
    const {unetConfig, pipeline} = await readModelFolder(path);
    const model = {unetConfig, schedulerConfig: SchedulerConfig.parse({}), pipeline, tensors: tinyTensors({value: 3})};
    await writeModelFolder(join(folder, 'out'), {...model, record: ModelRecord.parse({role: 'merged'})});
    const inode = async (name: string) => (await lstat(join(folder, name))).ino;
    expect((await inode('out/vae/config.json')) === (await inode('base/vae/config.json'))).toBe(isLinking);
  });

  it('go with licence, model card and folders that the index does not name', async () => {
    const folder = await temporaryFolder();
    const path = await writeBase(folder);
    const put = async (name: string) => {
      await mkdir(join(path, name, '..'), {recursive: true});
      await writeFile(join(path, name), name);
    };
    const kept = ['LICENSE', 'README.md', 'safety_checker_2/config.json', 'notes/deep/a.txt', 'notes/model.bin'];
    // The same model in other layouts, hidden files, other models and runs, and the records of another model.
    const left = [
      'v1-4.ckpt',
      'model.onnx',
      '.gitattributes',
      '.cache/x',
      'runs/one/run.json',
      'old/unet/x',
      'merge.json',
    ];
    for (const name of [...kept, ...left, 'old/model_index.json', 'unet/diffusion_pytorch_model.fp16.safetensors'])
      await put(name);
    await symlink('nowhere', join(path, 'dangling'));
    await symlink('.', join(path, 'circle'));
    const {unetConfig, pipeline} = await readModelFolder(path);
    const out = join(folder, 'out');
    const model = {unetConfig, schedulerConfig: SchedulerConfig.parse({}), pipeline, tensors: tinyTensors({value: 3})};
    await writeModelFolder(out, {...model, record: ModelRecord.parse({role: 'merged'})});
    await expectComponents(out);
    for (const name of kept) expect(await readFile(join(out, name), 'utf8')).toBe(name);
    const own = ['deme.json', 'model_index.json', 'scheduler', 'unet', 'feature_extractor', 'tokenizer', 'vae'];
    expect((await readdir(out)).sort()).toEqual([...own, 'LICENSE', 'README.md', 'safety_checker_2', 'notes'].sort());
    expect((await readdir(join(out, 'unet'))).sort()).toEqual(['config.json', 'diffusion_pytorch_model.safetensors']);
  });

  it('go without folders of very many files, which are data', async () => {
    const folder = await temporaryFolder();
    const path = await writeBase(folder);
    await mkdir(join(path, 'images'));
    for (let i = 0; i <= 1000; i++) await writeFile(join(path, 'images', `${i}.txt`), '');
    const {unetConfig, pipeline} = await readModelFolder(path);
    const model = {unetConfig, schedulerConfig: SchedulerConfig.parse({}), pipeline, tensors: tinyTensors({value: 3})};
    await writeModelFolder(join(folder, 'out'), {...model, record: ModelRecord.parse({role: 'merged'})});
    expect(await readdir(join(folder, 'out'))).not.toContain('images');
  });
});
