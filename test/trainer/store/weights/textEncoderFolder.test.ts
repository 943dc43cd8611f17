import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {readTextEncoderFolder} from '../../../../trainer/store/weights/textEncoderFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** A folder with a config and files of tensors of one value. */
async function textEncoder(files: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), '{"_class_name": "x", "hidden_size": 8}');
  for (const [file, names] of Object.entries(files)) {
    const tensors = names.map((name) => ({name, shape: [1], dtype: 'F16' as const, read: () => Float32Array.of(2)}));
    await writeSafetensors(join(folder, file), tensors);
  }
  return folder;
}

async function namesIn(folder: string): Promise<string[]> {
  const {openWeights} = await readTextEncoderFolder(folder);
  const reader = await openWeights();
  await reader.close();
  return [...reader.shapes.keys()];
}

it('gives all tensors the prefix that Stable Diffusion has, and leaves out the list of positions', async () => {
  const folder = await textEncoder({'model.safetensors': ['text_model.a', 'b', 'text_model.embeddings.position_ids']});
  expect((await namesIn(folder)).sort()).toEqual(['text_model.a', 'text_model.b']);
  const {config, openWeights} = await readTextEncoderFolder(folder);
  expect(config).toMatchObject({_class_name: 'x', hidden_size: 8, vocab_size: 49_408});
  const reader = await openWeights();
  expect(await reader.read('text_model.b')).toEqual(Float32Array.of(2));
  await reader.close();
});

it('takes a variant, and shards', async () => {
  expect(await namesIn(await textEncoder({'model.fp16.safetensors': ['a']}))).toEqual(['text_model.a']);
  const folder = await textEncoder({'model-1.safetensors': ['a'], 'model-2.safetensors': ['b']});
  const weight_map = {a: 'model-1.safetensors', b: 'model-2.safetensors'};
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({weight_map}));
  expect(await namesIn(folder)).toEqual(['text_model.a', 'text_model.b']);
});

it('refuses a tensor under both names, and a folder without weights', async () => {
  await expect(namesIn(await textEncoder({'model.safetensors': ['a', 'text_model.a']}))).rejects.toThrow(
    /old and a new/,
  );
  await expect(namesIn(await textEncoder({}))).rejects.toThrow('neither model.safetensors nor pytorch_model.bin');
});
