import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {DataConfig} from '../../../trainer/contract/config/dataConfig.ts';
import {openData} from '../../../trainer/data/openData.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {walkFiles} from '../../../trainer/data/walkFiles.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const never = (message: string): void => expect.unreachable(message);

describe('openData', () => {
  it('splits the installed digits', async () => {
    const config = DataConfig.parse({kind: 'mnist', validation: 300, test: 200, limit: 1000});
    const {train, validation, test} = await openData(config, '/nowhere', never);
    expect([train.size, validation.size, test.size]).toEqual([1000, 300, 200]);
    expect(train.shape).toEqual([28, 28, 1]);
    expect(train.label?.(0)).toBeLessThan(10);
  });

  it('reads a folder of images relative to the config', async () => {
    const base = await temporaryFolder();
    await mkdir(join(base, 'pictures'));
    for (let i = 0; i < 6; i++) {
      await writeFile(join(base, 'pictures', `${i}.png`), encodePng(new Uint8Array(4).fill(i), 2, 2, 1));
    }
    const config = DataConfig.parse({
      kind: 'images',
      path: 'pictures',
      resolution: 2,
      channels: 1,
      validation: 1,
      test: 2,
    });
    const {train, validation, test} = await openData(config, base, never);
    const values = await Promise.all(
      [train, validation, test].flatMap((part) => Array.from({length: part.size}, (_, i) => part.read(i))),
    );
    expect(values.map((pixels) => pixels?.[0]).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(train.size).toBe(3);
    // What was found before is not looked for again.
    const known = (await walkFiles(join(base, 'pictures'), never)).slice(0, 5);
    expect((await openData(config, base, never, undefined, known)).train.size).toBe(2);
  });

  it('reads parquet files and passes on what is skipped', async () => {
    const fixtures = fileURLToPath(new URL('../../fixtures/parquet', import.meta.url));
    const settings = {kind: 'parquet', path: 'bytes', column: 'picture', resolution: 6, corrupt: 'skip'};
    const messages: string[] = [];
    const config = DataConfig.parse({...settings, validation: 0, test: 0});
    const {train} = await openData(config, fixtures, (message) => messages.push(message));
    const images = await Promise.all(Array.from({length: train.size}, (_, i) => train.read(i)));
    expect(images.filter((pixels) => pixels === null)).toHaveLength(2);
    expect(messages).toHaveLength(2);
  });

  it('keeps official test images out of the training, and says so', async () => {
    const base = await temporaryFolder();
    for (const [folder, first, count] of [
      ['train', 0, 8],
      ['val', 100, 3],
      ['test', 200, 4],
    ] as const) {
      await mkdir(join(base, folder));
      for (let i = 0; i < count; i++)
        await writeFile(join(base, folder, `${i}.png`), encodePng(new Uint8Array(4).fill(first + i), 2, 2, 1));
    }
    const values = async (config: object): Promise<number[][]> => {
      const notes: string[] = [];
      const settings = {kind: 'images', path: '.', resolution: 2, channels: 1, validation: 2, test: 3, ...config};
      const parts = await openData(DataConfig.parse(settings), base, never, (message) => notes.push(message));
      expect(notes).toHaveLength('split' in config ? 0 : 1);
      return Promise.all(
        [parts.train, parts.validation, parts.test].map(async (part) => {
          const images = await Promise.all(Array.from({length: part.size}, (_, i) => part.read(i)));
          return images.map((pixels) => Math.floor((pixels?.[0] ?? 0) / 100)).sort();
        }),
      );
    };
    expect(await values({})).toEqual([Array(8).fill(0), [1, 1], [2, 2, 2]]);
    expect(await values({split: 'train'})).toEqual([Array(3).fill(0), [0, 0], [0, 0, 0]]);
    expect((await values({split: 'all'})).flat().sort()).toEqual([...Array<number>(8).fill(0), 1, 1, 1, 2, 2, 2, 2]);
  });

  it('looks for CIFAR-10 relative to the config', async () => {
    const base = await temporaryFolder();
    const opening = openData(DataConfig.parse({kind: 'cifar10', path: 'cifar'}), base, never);
    await expect(opening).rejects.toMatchObject({where: expect.stringContaining(join(base, 'cifar')) as string});
  });
});
