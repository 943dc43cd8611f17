import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {keptTexts} from '../../../../../trainer/pipeline/stages/data/keptTexts.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';

/** Image i has the captions `text i%3` and `other`. */
function counted() {
  const read: number[] = [];
  const captions = async (index: number) => {
    read.push(index);
    return [`text ${index % 3}`, 'other'];
  };
  return {read, captions};
}

describe('texts that are kept', () => {
  it('are each read once, and not at all the next time', async () => {
    const file = join(await temporaryFolder(), 'captions', 'a.json');
    const {read, captions} = counted();
    expect(await keptTexts(file, captions, 130, true)).toEqual(['', 'text 0', 'other', 'text 1', 'text 2']);
    expect(read).toEqual(Array.from({length: 130}, (_, i) => i));
    expect(await keptTexts(file, captions, 130, true)).toEqual(['', 'text 0', 'other', 'text 1', 'text 2']);
    expect(read).toHaveLength(130);
  });

  it('are the first of each image where no others are drawn', async () => {
    const file = join(await temporaryFolder(), 'a.json');
    expect(await keptTexts(file, counted().captions, 2, false)).toEqual(['', 'text 0', 'text 1']);
  });

  it('are read again from a file that is damaged', async () => {
    const file = join(await temporaryFolder(), 'a.json');
    await writeFile(file, '["", 1');
    expect(await keptTexts(file, counted().captions, 1, true)).toEqual(['', 'text 0', 'other']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(['', 'text 0', 'other']);
  });

  it('do not hide an image without a caption', async () => {
    const file = join(await temporaryFolder(), 'a.json');
    const failing = () => Promise.reject(new Error('no caption'));
    await expect(keptTexts(file, failing, 1, true)).rejects.toThrow('no caption');
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });
});
