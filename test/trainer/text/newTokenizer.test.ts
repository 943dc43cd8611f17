import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {newTokenizer} from '../../../trainer/text/newTokenizer.ts';
import {readClipTokenizer} from '../../../trainer/text/readClipTokenizer.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

async function written(words: readonly string[], length = 16) {
  const folder = await temporaryFolder();
  const made = newTokenizer(words, length);
  for (const [name, content] of Object.entries(made.files)) await writeFile(join(folder, name), content);
  return {...made, tokenizer: await readClipTokenizer(folder)};
}

describe('a new tokenizer', () => {
  it('has one token for each of its words, also where one is part of another', async () => {
    const words = ['even', 'seven', 'eleven', 'eve', 'seventeen', 'a', 'teen', 'Événement', 'en', 'nene', 'enen'];
    const {tokenizer, begin, end} = await written(words);
    const ids = words.map((word) => tokenizer.encode(word.toUpperCase()));
    for (const own of ids) expect(own).toEqual([begin, expect.any(Number), end]);
    expect(new Set(ids.map(([, id]) => id)).size).toBe(words.length);
    expect(tokenizer.encode('a seven, even')).toHaveLength(6);
  });

  it('spells other text byte by byte, without unknown ones', async () => {
    const {tokenizer, end, vocabularySize} = await written(['seven']);
    expect(tokenizer.encode('7é🙂 !')).toHaveLength(2 + 1 + 2 + 4 + 1);
    const ids = tokenizer.encode('7é🙂 !').slice(1, -1);
    expect(ids).not.toContain(end);
    expect(Math.max(...ids)).toBeLessThan(vocabularySize);
  });

  it('cuts and fills texts up to its length with the end token', async () => {
    const {tokenizer, begin, end} = await written(['a'], 5);
    expect(tokenizer.maxLength).toBe(5);
    const [, a = -1] = tokenizer.encode('a');
    expect(tokenizer.encodeTo('a', 5)).toEqual([begin, a, end, end, end]);
    expect(tokenizer.encodeTo('a a a a a a', 5)).toEqual([begin, a, a, a, end]);
  });
});
