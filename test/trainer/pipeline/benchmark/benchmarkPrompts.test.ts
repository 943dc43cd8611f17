import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {benchmarkConfig} from '../../../../trainer/pipeline/benchmark/benchmarkConfig.ts';
import {promptRecord, writePrompts} from '../../../../trainer/pipeline/benchmark/benchmarkPrompts.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {writeBenchmarkData} from '../../../helpers/runs/benchmarkFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

describe('the prompts of a benchmark', () => {
  it.each([
    ['sd-coco30k', 'data/coco-val2014-30k.csv', 'text', 2],
    ['sd-partiprompts', 'data/PartiPrompts.tsv', 'Prompt', 2],
    ['sd-imagenet1k', 'prompts.txt', undefined, 3],
  ] as const)('are those of a list, which the recipe names by its hash: %s', async (name, file, column, count) => {
    const folder = await temporaryFolder();
    await writeBenchmarkData(name, folder);
    await writePrompts(name, folder);
    const {config} = await benchmarkConfig({name, folder, scale: 1});
    expect(config.evaluate?.sampling.prompts).toEqual({file, ...(column !== undefined && {column})});
    const path = join(folder, file);
    const record = {file: path, count, sha256: await hashFile(path)};
    expect(await promptRecord({config, folder, baseFolder: null})).toEqual(record);
  });

  it('of ImageNet are a sentence for each class', async () => {
    const folder = await temporaryFolder();
    await writeBenchmarkData('sd-imagenet1k', folder);
    await writePrompts('sd-imagenet1k', folder);
    const text = await readFile(join(folder, 'prompts.txt'), 'utf8');
    expect(text).toBe('a photo of a tench\na photo of a goldfish\na photo of a great white shark\n');
  });
});
