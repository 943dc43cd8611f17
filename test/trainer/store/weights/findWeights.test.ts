import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {chooseWeights, findWeights, transformersNames} from '../../../../trainer/store/weights/findWeights.ts';
import {openWeightsFiles} from '../../../../trainer/store/weights/weightsFile.ts';
import {writeSafetensors, type TensorSource} from '../../../../trainer/store/weights/safetensors.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeStateDict} from '../stateDict.ts';
import {processorTime} from '../../../helpers/machine/processorTime.ts';

const stem = 'diffusion_pytorch_model';
const shards = (suffix: string, count = 5): string[] =>
  Array.from({length: count}, (_, i) => `${stem}${suffix.replace('#', `-0000${i + 1}-of-0000${count}`)}`);
const choose = (...names: string[]): string => chooseWeights(names, '/model').name;

describe('chooseWeights', () => {
  it.each<[string, string[], string]>([
    ['safetensors before bin', [`${stem}.bin`, `${stem}.safetensors`], `${stem}.safetensors`],
    ['an index before a file', [`${stem}.bin`, `${stem}.bin.index.json`, ...shards('#.bin')], `${stem}.bin.index.json`],
    [
      'safetensors before an index of bin',
      [`${stem}.bin.index.json`, ...shards('#.bin'), `${stem}.safetensors`],
      `${stem}.safetensors`,
    ],
    ['the plain one before variants', [`${stem}.fp16.safetensors`, `${stem}.bf16.bin`, `${stem}.bin`], `${stem}.bin`],
    ['the only variant', [`${stem}.fp16.safetensors`, `${stem}.fp16.bin`, 'notes.bin'], `${stem}.fp16.safetensors`],
    [
      'the index of the only variant',
      [`${stem}.safetensors.index.fp16.json`, ...shards('.fp16#.safetensors', 2)],
      `${stem}.safetensors.index.fp16.json`,
    ],
    [
      'the index of older names',
      [`${stem}.bin.index.fp16.json`, ...shards('#.fp16.bin', 2)],
      `${stem}.bin.index.fp16.json`,
    ],
    [
      'a plain index among those of variants',
      [`${stem}.safetensors.index.fp16.json`, `${stem}.safetensors.index.json`, `${stem}.safetensors.index.bf16.json`],
      `${stem}.safetensors.index.json`,
    ],
  ])('takes %s', (_, names, chosen) => {
    expect(choose(...names)).toBe(chosen);
    expect(choose(...names.toReversed())).toBe(chosen);
  });

  it('takes the variant that is asked for, and no other', () => {
    const names = [`${stem}.safetensors`, `${stem}.fp16.safetensors`, `${stem}.bf16.bin`];
    expect(chooseWeights(names, '/model', {variant: 'fp16'}).name).toBe(`${stem}.fp16.safetensors`);
    expect(() => chooseWeights(names, '/model', {variant: 'int8'})).toThrow('There is no variant int8 of the weights.');
  });

  it('knows the names of transformers', () => {
    const names = ['model.safetensors.index.json', 'pytorch_model.bin', `${stem}.safetensors`];
    expect(chooseWeights(names, '/model', {stems: transformersNames}).name).toBe('model.safetensors.index.json');
  });

  it('asks where there are several variants, and takes no shards for them', () => {
    expect(() => choose(`${stem}.fp16.safetensors`, `${stem}.bf16.safetensors`)).toThrow(
      `Several variants of the weights, but no ${stem}.safetensors: bf16, fp16.`,
    );
    for (const names of [shards('#.safetensors'), shards('#.bin'), shards('.fp16#.safetensors'), shards('#.fp16.bin')])
      expect(() => choose(...names)).toThrow('There are 5 shards of weights, but not the index that belongs to them.');
    expect(() => choose('model.safetensors', `${stem}x.bin`)).toThrow('There is neither');
  });
});

describe('findWeights', () => {
  const values = (value: number) => ({shape: [1], values: Float32Array.of(value)});
  const index = (names: Record<string, string>): string => JSON.stringify({metadata: {}, weight_map: names});

  it.each([
    ['bin.index.json', (i: number) => `${stem}-0000${i}-of-00002.bin`],
    ['bin.index.fp16.json', (i: number) => `${stem}.fp16-0000${i}-of-00002.bin`],
    ['safetensors.index.fp16.json', (i: number) => `${stem}.fp16-0000${i}-of-00002.safetensors`],
    ['safetensors.index.fp16.json', (i: number) => `${stem}-0000${i}-of-00002.fp16.safetensors`],
  ])('reads the shards of %s', async (ending, shard) => {
    const folder = await temporaryFolder();
    for (const [i, name] of [shard(1), shard(2)].entries()) {
      const source: TensorSource = {name: `t${i}`, shape: [1], dtype: 'F32', read: () => Float32Array.of(i + 1)};
      if (name.endsWith('.bin')) await writeStateDict(join(folder, name), {[`t${i}`]: values(i + 1)});
      else await writeSafetensors(join(folder, name), [source]);
    }
    await writeFile(join(folder, `${stem}.${ending}`), index({t0: shard(1), t1: shard(2)}));
    const files = await findWeights(folder);
    expect(files).toEqual([join(folder, shard(1)), join(folder, shard(2))]);
    const reader = await openWeightsFiles(files);
    expect([await reader.read('t0'), await reader.read('t1')]).toEqual([Float32Array.of(1), Float32Array.of(2)]);
    await reader.close();
  });

  it('names shards that are missing, of another format, or not in the folder', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `${stem}.bin.index.json`);
    await writeFile(path, index({a: 'x-1.bin', b: 'x-2.bin'}));
    await writeFile(join(folder, 'x-1.bin'), '');
    await expect(findWeights(folder)).rejects.toMatchObject({
      code: 'file-missing',
      where: path,
      message: '1 of 2 shards are missing, first x-2.bin.',
    });
    await mkdir(join(folder, 'sub'));
    for (const file of ['x.safetensors', '../x.bin', 'sub/x.bin', 'x\\x.bin']) {
      await writeFile(path, index({a: file}));
      await expect(findWeights(folder), file).rejects.toMatchObject({code: 'path-refused'});
    }
    await writeFile(path, JSON.stringify({weight_map: {a: 1}}));
    await expect(findWeights(folder)).rejects.toThrow('weight_map: must map tensors to files');
  });

  it('reads an index of 200,000 names', async () => {
    const folder = await temporaryFolder();
    const shard = `${stem}-00001-of-00001.safetensors`;
    const names = Object.fromEntries(
      Array.from({length: 200_000}, (_, i) => [`down_blocks.0.transformer_blocks.${i}.attn1.to_q.weight`, shard]),
    );
    await writeFile(join(folder, `${stem}.safetensors.index.json`), index(names));
    await writeFile(join(folder, shard), '');
    const milliseconds = await processorTime(async () =>
      expect(await findWeights(folder)).toEqual([join(folder, shard)]),
    );
    // Usually a thousand.
    expect(milliseconds).toBeLessThan(10_000);
  });

  it('refuses an index of 200,000 files without looking for each', async () => {
    const folder = await temporaryFolder();
    const names = Object.fromEntries(Array.from({length: 190_000}, (_, i) => [`tensor.${i}`, `x-${i}.safetensors`]));
    await writeFile(join(folder, `${stem}.safetensors.index.json`), index(names));
    const milliseconds = await processorTime(() =>
      expect(findWeights(folder)).rejects.toMatchObject({code: 'file-missing'}),
    );
    // Usually five hundred.
    expect(milliseconds).toBeLessThan(8000);
  });
});
