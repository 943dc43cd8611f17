import {cp, mkdir, readFile, readdir, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ModelRecord} from '../../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {
  readModelFolder,
  writeModelFolder,
  type ModelFolder,
  type NewModel,
} from '../../../../trainer/store/weights/modelFolder.ts';
import {writeSafetensors, type TensorSource} from '../../../../trainer/store/weights/safetensors.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {openWeightsFile} from '../../../../trainer/store/weights/weightsFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../golden.ts';

const weightsName = 'diffusion_pytorch_model.safetensors';
const tensor = (name: string, value = 1): TensorSource => ({
  name,
  shape: [1],
  dtype: 'F32',
  read: () => Float32Array.of(value),
});

async function newModel(changes: Partial<NewModel> = {}): Promise<NewModel> {
  const {unetConfig} = await readModelFolder(golden('cifar'));
  return {
    unetConfig,
    schedulerConfig: SchedulerConfig.parse({}),
    tensors: [tensor('conv_in.bias')],
    record: ModelRecord.parse({role: 'base'}),
    ...changes,
  };
}

/** A copy of the golden pipeline whose weights are replaced by what `write` puts into its unet folder. */
async function withOtherWeights(write: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = await temporaryFolder();
  await cp(golden('cifar'), folder, {recursive: true});
  await rm(join(folder, 'unet', weightsName));
  await write(join(folder, 'unet'));
  return folder;
}

async function readAll(model: ModelFolder): Promise<Map<string, Float32Array>> {
  const reader = await model.openWeights();
  const values = new Map<string, Float32Array>();
  for (const name of [...reader.shapes.keys()].sort()) values.set(name, await reader.read(name));
  await reader.close();
  return values;
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

describe('readModelFolder', () => {
  it('reads the flat folder with pickled weights and old attention names as the pipeline of today', async () => {
    const [old, modern] = [await readModelFolder(golden('legacy')), await readModelFolder(golden('cifar'))];
    const values = await readAll(old);
    expect(values.size).toBe(328);
    expect(values).toEqual(await readAll(modern));
    expect({...old.unetConfig, _diffusers_version: ''}).toEqual({...modern.unetConfig, _diffusers_version: ''});
    expect(old.schedulerConfig).toMatchObject({variance_type: 'fixed_large', num_train_timesteps: 1000});
    expect(old.record).toBeNull();
  });

  it('has the hash of the weights file', async () => {
    const model = await readModelFolder(golden('cifar'));
    expect(model.weightsFiles).toEqual([golden(`cifar/unet/${weightsName}`)]);
    expect(await model.weightsHash()).toBe(await hashFile(golden(`cifar/unet/${weightsName}`)));
  });

  it('reads a unet folder alone, without a scheduler', async () => {
    const model = await readModelFolder(golden('cifar/unet'));
    expect(model.schedulerConfig).toBeNull();
    expect((await readAll(model)).size).toBe(328);
  });

  it('prefers shards to a single file, and safetensors to bin', async () => {
    const folder = await withOtherWeights(async (unet) => {
      await writeSafetensors(join(unet, weightsName), [tensor('a', 1)]);
      await writeFile(join(unet, 'diffusion_pytorch_model.bin'), 'never opened');
    });
    expect(await readAll(await readModelFolder(folder))).toEqual(new Map([['a', Float32Array.of(1)]]));
    await writeSafetensors(join(folder, 'unet', 'part-1.safetensors'), [tensor('a', 2)]);
    await writeSafetensors(join(folder, 'unet', 'part-2.safetensors'), [tensor('b', 3)]);
    const index = {metadata: {total_size: 8}, weight_map: {b: 'part-2.safetensors', a: 'part-1.safetensors'}};
    await writeFile(join(folder, 'unet', `${weightsName}.index.json`), JSON.stringify(index));
    const sharded = await readModelFolder(folder);
    expect(await readAll(sharded)).toEqual(
      new Map([
        ['a', Float32Array.of(2)],
        ['b', Float32Array.of(3)],
      ]),
    );
    const before = await sharded.weightsHash();
    await writeSafetensors(join(folder, 'unet', 'part-2.safetensors'), [tensor('b', 4)]);
    expect(await (await readModelFolder(folder)).weightsHash()).not.toBe(before);
  });

  it('refuses shards outside of the folder, missing, or with a tensor in common', async () => {
    const folder = await withOtherWeights((unet) => writeSafetensors(join(unet, 'part-1.safetensors'), [tensor('a')]));
    const index = join(folder, 'unet', `${weightsName}.index.json`);
    for (const file of ['../part-1.safetensors', '/part-1.safetensors', 'x\\part-1.safetensors', 'part-1.bin']) {
      await writeFile(index, JSON.stringify({weight_map: {a: file}}));
      await expect(readModelFolder(folder)).rejects.toMatchObject({code: 'path-refused', where: index});
    }
    await writeFile(index, JSON.stringify({weight_map: {a: 'part-1.safetensors', b: 'part-2.safetensors'}}));
    await expect(readModelFolder(folder).then(readAll)).rejects.toMatchObject({code: 'file-missing'});
    await writeSafetensors(join(folder, 'unet', 'part-2.safetensors'), [tensor('a')]);
    await expect(readModelFolder(folder).then(readAll)).rejects.toMatchObject({code: 'shards-overlap'});
  });

  it('reads nothing but its own folder, whatever model_index.json names', async () => {
    const folder = await withOtherWeights((unet) => writeSafetensors(join(unet, `${weightsName}`), [tensor('a')]));
    await writeFile(join(folder, 'model_index.json'), '{"unet": ["../../evil", "/bin/sh"], "_module": "os"}');
    const model = await readModelFolder(folder);
    expect(model.weightsFiles).toEqual([join(folder, 'unet', weightsName)]);
    expect((await readAll(model)).size).toBe(1);
  });

  it('follows a link to the weights, as the cache of the hub has them, but opens no device', async () => {
    const folder = await withOtherWeights((unet) => writeSafetensors(join(unet, 'blob'), [tensor('a')]));
    await symlink('blob', join(folder, 'unet', weightsName));
    expect((await readAll(await readModelFolder(folder))).size).toBe(1);
    await rm(join(folder, 'unet', weightsName));
    await symlink('/dev/zero', join(folder, 'unet', weightsName));
    await expect(readModelFolder(folder).then(readAll)).rejects.toMatchObject({code: 'file-odd'});
  });

  it('can write every config that it accepts', async () => {
    const folder = await withOtherWeights((unet) => writeSafetensors(join(unet, weightsName), [tensor('a')]));
    const config = join(folder, 'unet', 'config.json');
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    await writeFile(config, (await readFile(config, 'utf8')).replace('{', `{"extra": ${deep},`));
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'json-refused',
      message: 'This is not read as the UNet config: it is nested too deeply.',
    });
  });

  it('takes a variant only where it is the only file', async () => {
    const folder = await withOtherWeights((unet) => {
      return writeSafetensors(join(unet, 'diffusion_pytorch_model.fp16.safetensors'), [tensor('a')]);
    });
    expect((await readAll(await readModelFolder(folder))).size).toBe(1);
    await writeSafetensors(join(folder, 'unet', 'diffusion_pytorch_model.bf16.safetensors'), [tensor('a')]);
    await expect(readModelFolder(folder)).rejects.toMatchObject({code: 'weights-ambiguous'});
  });

  it('names another class, a folder that is no model, and missing weights', async () => {
    const folder = await withOtherWeights(() => Promise.resolve());
    await expect(readModelFolder(folder)).rejects.toMatchObject({code: 'weights-missing', where: join(folder, 'unet')});
    await writeFile(
      join(folder, 'unet', 'config.json'),
      '{"_class_name": "UNet3DConditionModel", "attention_head_dim": [5]}',
    );
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'class-unsupported',
      message: expect.stringContaining('UNet3DConditionModel') as string,
    });
    await expect(readModelFolder(join(folder, 'scheduler'))).rejects.toMatchObject({code: 'model-missing'});
    await expect(readModelFolder(join(folder, 'none'))).rejects.toThrow(/no such folder/);
  });

  it('accepts projections under the stock class, as the original code writes them', async () => {
    const folder = await withOtherWeights((unet) =>
      cp(golden('cifar/deme_expert_after3.safetensors'), join(unet, weightsName)),
    );
    const values = await readAll(await readModelFolder(folder));
    expect([...values.keys()].filter((name) => name.startsWith('adapter_list.'))).toHaveLength(9);
  });
});

describe('writeModelFolder', () => {
  it('writes the same config files as diffusers', async () => {
    const path = join(await temporaryFolder(), 'out');
    const {unetConfig, schedulerConfig} = await readModelFolder(golden('cifar'));
    await writeModelFolder(
      path,
      await newModel({unetConfig, schedulerConfig: schedulerConfig ?? SchedulerConfig.parse({})}),
    );
    for (const file of ['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json']) {
      const written = await readFile(join(path, file), 'utf8');
      expect(JSON.parse(written)).toEqual(await json(golden(`cifar/${file}`)));
      expect(Object.keys(JSON.parse(written) as object)).toEqual(
        Object.keys((await json(golden(`cifar/${file}`))) as object),
      );
    }
    expect((await readdir(path)).sort()).toEqual(['deme.json', 'model_index.json', 'scheduler', 'unet']);
  });

  it('keeps unknown config keys, the version and the record', async () => {
    const path = join(await temporaryFolder(), 'deep', 'out');
    const model = await newModel({
      schedulerConfig: SchedulerConfig.parse({_class_name: 'DDIMScheduler', novel: [1]}),
      record: ModelRecord.parse({role: 'expert', range: [0, 250], seed: 3}),
    });
    await writeModelFolder(path, {
      ...model,
      unetConfig: {...model.unetConfig, novel: {a: 1}, _diffusers_version: '0.9.9'},
    });
    const back = await readModelFolder(path);
    expect(back.unetConfig).toEqual({...model.unetConfig, novel: {a: 1}, _diffusers_version: '0.9.9'});
    expect(back.schedulerConfig).toMatchObject(model.schedulerConfig);
    expect(back.record).toEqual(model.record);
    expect(await json(join(path, 'model_index.json'))).toMatchObject({
      _class_name: 'DDIMPipeline',
      _diffusers_version: '0.9.9',
    });
  });

  it('gives a model with projections a class that stock diffusers refuses', async () => {
    const path = join(await temporaryFolder(), 'out');
    await writeModelFolder(path, await newModel({tensors: [tensor('adapter_list.0.weight'), tensor('conv_in.bias')]}));
    expect(await json(join(path, 'model_index.json'))).toMatchObject({
      _class_name: 'DeMePipeline',
      unet: ['deme_studio', 'DeMeUNet2DModel'],
    });
    expect(await json(join(path, 'unet', 'config.json'))).toMatchObject({_class_name: 'DeMeUNet2DModel'});
    expect((await readModelFolder(path)).unetConfig._class_name).toBe('UNet2DModel');
    await writeSafetensors(join(path, 'unet', weightsName), [tensor('conv_in.bias')]);
    await expect(readModelFolder(path)).rejects.toMatchObject({code: 'projections-missing'});
  });

  it('replaces a model of this project but no other folder', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeModelFolder(path, await newModel({tensors: [tensor('a', 1)]}));
    await writeModelFolder(path, await newModel({tensors: [tensor('a', 2)]}));
    expect(await readAll(await readModelFolder(path))).toEqual(new Map([['a', Float32Array.of(2)]]));
    expect(await readdir(folder)).toEqual(['out']);
    const foreign = join(folder, 'photos');
    await mkdir(foreign);
    await expect(writeModelFolder(foreign, await newModel())).rejects.toMatchObject({
      code: 'folder-exists',
      where: foreign,
    });
  });

  it('leaves the old model in place when writing fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'out');
    await writeModelFolder(path, await newModel({tensors: [tensor('a', 1)]}));
    const broken: TensorSource = {...tensor('a'), read: () => Promise.reject(new Error('engine lost'))};
    await expect(writeModelFolder(path, await newModel({tensors: [broken]}))).rejects.toThrow('engine lost');
    expect(await readAll(await readModelFolder(path))).toEqual(new Map([['a', Float32Array.of(1)]]));
    expect(await readdir(folder)).toEqual(['out']);
  });
});

describe('openWeightsFile', () => {
  it('renames old attention layers, squeezes their 1x1 kernels and touches nothing else', async () => {
    const path = join(await temporaryFolder(), 'old.safetensors');
    const kernel = (name: string, shape: number[]): TensorSource => {
      return {name, shape, dtype: 'F32', read: () => Float32Array.from({length: 4}, (_, i) => i)};
    };
    await writeSafetensors(path, [
      kernel('mid_block.attentions.0.query.weight', [2, 2, 1, 1]),
      kernel('mid_block.attentions.0.key.bias', [4]),
      kernel('mid_block.attentions.0.value.weight', [2, 2]),
      kernel('mid_block.attentions.0.proj_attn.weight', [2, 2, 1, 1]),
      kernel('mid_block.resnets.0.conv_shortcut.weight', [2, 2, 1, 1]),
      kernel('query.key.value', [4]),
    ]);
    const reader = await openWeightsFile(path);
    expect(Object.fromEntries(reader.shapes)).toEqual({
      'mid_block.attentions.0.to_q.weight': [2, 2],
      'mid_block.attentions.0.to_k.bias': [4],
      'mid_block.attentions.0.to_v.weight': [2, 2],
      'mid_block.attentions.0.to_out.0.weight': [2, 2],
      'mid_block.resnets.0.conv_shortcut.weight': [2, 2, 1, 1],
      'query.key.value': [4],
    });
    expect(await reader.read('mid_block.attentions.0.to_q.weight')).toEqual(Float32Array.of(0, 1, 2, 3));
    await reader.close();
  });

  it('refuses a tensor under its old and its new name, and files that hold no weights', async () => {
    const path = join(await temporaryFolder(), 'old.safetensors');
    await writeSafetensors(path, [tensor('a.attentions.0.query.bias'), tensor('a.attentions.0.to_q.bias')]);
    await expect(openWeightsFile(path)).rejects.toMatchObject({code: 'names-collide'});
    const other = join(dirname(path), 'old.onnx');
    await rename(path, other);
    await expect(openWeightsFile(other)).rejects.toMatchObject({code: 'format-unsupported'});
  });
});
