import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {FeatureBlocks} from '../../../../trainer/pipeline/drawing/featureBlocks.ts';
import {giveImages, imagesLeft, neededSpans} from '../../../../trainer/pipeline/drawing/imageTakers.ts';
import type {ImageSpan} from '../../../../trainer/sample/sampleImages.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const network = {name: 'ones', dimension: 1, preprocessing: 'none', weights: {source: '', sha256: '0'.repeat(64)}};

describe('the blocks of a series', () => {
  it.each([
    [1, 1],
    [128, 2],
    [300, 2],
    [300, 5],
    [1000, 3],
  ])('of %i images are shared among %i shards, each once', async (count, shards) => {
    const blocks = await FeatureBlocks.open(await temporaryFolder(), count);
    const spans = Array.from({length: shards}, (_, shard) => blocks.shard(shard, shards));
    expect(spans.map(([first]) => first)).toEqual([0, ...spans.slice(0, -1).map(([, end]) => end)]);
    expect(spans.at(-1)?.[1]).toBe(count);
    expect(neededSpans(spans.map((span) => ({needs: blocks.missing(span)})))).toEqual([[0, count]]);
  });

  it('are missing until they are written, and come in order', async () => {
    const folder = await temporaryFolder();
    const blocks = await FeatureBlocks.open(folder, 300);
    const values = (count: number, value: number) => [{network, values: new Float32Array(count).fill(value)}];
    await blocks.write(255, values(128, 2));
    const again = await FeatureBlocks.open(folder, 300);
    expect(again.missing([0, 300])).toEqual([
      [0, 128],
      [256, 300],
    ]);
    await again.write(299, values(44, 3));
    await again.write(127, values(128, 1));
    const all: number[] = [];
    for await (const bytes of again.bytes('ones', 1)) all.push(...new Float32Array(bytes.slice().buffer));
    expect(all).toEqual([...Array<number>(128).fill(1), ...Array<number>(128).fill(2), ...Array<number>(44).fill(3)]);
    expect(await again.network('ones')).toEqual(network);
  });

  it('that are not as they were written are refused by name', async () => {
    const folder = await temporaryFolder();
    const blocks = await FeatureBlocks.open(folder, 100);
    await blocks.write(99, [{network, values: new Float32Array(100)}]);
    await expect(blocks.write(99, [{network, values: new Float32Array(99)}])).rejects.toThrow('99');
    const others = await FeatureBlocks.open(folder, 98);
    const read = async () => {
      for await (const _ of others.bytes('ones', 1));
    };
    await expect(read()).rejects.toMatchObject({code: 'features-invalid', where: join(folder, '0.safetensors')});
    await writeFile(join(folder, '0.safetensors'), 'short');
    await expect(read()).rejects.toMatchObject({code: 'safetensors-invalid'});
  });
});

describe('images that several need', () => {
  it('are made once, and given to each that needs them', async () => {
    const made: ImageSpan[] = [];
    const taken: [string, number][] = [];
    const taker = (name: string, ...needs: ImageSpan[]) => ({
      needs,
      take: (index: number) => void taken.push([name, index]),
    });
    const series = {
      shape: [1, 1, 1] as const,
      async *batches(span: ImageSpan) {
        made.push(span);
        yield await Promise.resolve(new Float32Array(span[1] - span[0]));
      },
    };
    await giveImages(series, [taker('grid', [0, 2]), taker('block', [1, 3], [5, 6]), taker('none')]);
    expect(made).toEqual([
      [0, 3],
      [5, 6],
    ]);
    expect(taken.map(([name, index]) => `${name} ${index}`)).toEqual([
      'grid 0',
      'grid 1',
      'block 1',
      'block 2',
      'block 5',
    ]);
    expect([0, 2, 5, 6].map((position) => imagesLeft(made, position))).toEqual([4, 2, 1, 0]);
  });
});
