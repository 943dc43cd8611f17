import {readFileSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {ClipTokenizer, ClipTokenizerVariant} from '../../../trainer/text/clipTokenizer.ts';
import {readClipTokenizer} from '../../../trainer/text/readClipTokenizer.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {writeClipTokenizer} from '../../helpers/models/clipVocabulary.ts';

const golden = new URL('../../fixtures/golden-sd/', import.meta.url).pathname;
const {rows} = JSON.parse(readFileSync(`${golden}tokens.json`, 'utf8')) as {
  rows: {text: string; hf: number[]; open_clip: number[] | null}[];
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deme-tokenizer-'));
  await writeClipTokenizer(join(folder, 'old'), 'vocab.json');
  await writeClipTokenizer(join(folder, 'new'), 'tokenizer.json');
});
afterAll(() => rm(folder, {recursive: true, force: true}));

/** The golden tokenizer with other entries in its config, or another map of special tokens. */
async function changed(config: object, others: Record<string, unknown> = {}): Promise<ClipTokenizer> {
  const copy = await mkdtemp(join(folder, 'changed-'));
  await writeClipTokenizer(copy, 'vocab.json');
  const path = join(copy, 'tokenizer_config.json');
  await writeFile(path, JSON.stringify({...(JSON.parse(await readFile(path, 'utf8')) as object), ...config}));
  for (const [name, content] of Object.entries(others)) await writeFile(join(copy, name), JSON.stringify(content));
  return readClipTokenizer(copy);
}

describe('the tokenizer of CLIP', () => {
  it.each([
    ['old', 'transformers'],
    ['new', 'transformers'],
    ['old', 'open_clip'],
  ] as const)('has the ids of the reference for every prompt: %s files, %s', async (form, variant) => {
    const tokenizer = await readClipTokenizer(join(folder, form), variant);
    for (const {text, hf, open_clip} of rows)
      expect([text, ...tokenizer.encode(text)]).toEqual([text, ...(variant === 'open_clip' ? (open_clip ?? hf) : hf)]);
  });

  it.each([
    // Of characters that the library's Unicode lacks, too.
    ['transformers', 'scripts.json'],
    // Most of them misread, the others to be left alone.
    ['open_clip', 'misread.json'],
  ] as const)('has the ids of %s for the texts of %s', async (variant, name) => {
    const tokenizer = await readClipTokenizer(join(folder, 'old'), variant);
    const file = await readFile(`${golden}${name}`, 'utf8');
    const {rows} = JSON.parse(file) as {rows: {text: string; ids: number[]}[]};
    expect(rows.map(({text}) => [text, ...tokenizer.encode(text)])).toEqual(rows.map(({text, ids}) => [text, ...ids]));
  });

  it.each([
    ['hf77', 'transformers', 49_407],
    ['open_clip77', 'open_clip', 0],
  ] as const)('fills up and cuts to 77 as the reference does: %s', async (name, variant, pad) => {
    const tokenizer = await readClipTokenizer(join(folder, 'old'), variant);
    const reader = await openSafetensors(`${golden}tokens.safetensors`);
    const expected = await reader.read(name);
    await reader.close();
    const ids = rows.map(({text}) => tokenizer.encodeTo(text, 77));
    // open_clip fills up with 0, whatever the files say.
    expect(ids.flat()).toEqual([...expected]);
    expect(ids[0]?.slice(0, 4)).toEqual([49_406, 49_407, pad, pad]);
    const long = ids[rows.findIndex(({text}) => text.startsWith('word word'))];
    expect(long).toHaveLength(77);
    expect(long?.at(-1)).toBe(49_407);
  });

  it('cuts out tokens that are special, as they are written or in any case', async () => {
    const plain = await readClipTokenizer(join(folder, 'old'));
    // The begin token is looked for in the lower-cased text; the end token, which is also the pad token by its name alone, is not.
    expect(plain.encode('<|STARTOFTEXT|>')).toEqual([49_406, 49_406, 49_407]);
    expect(plain.encode('<|ENDOFTEXT|>').length).toBeGreaterThan(3);
    expect(plain.encode('x<|endoftext|>y')).toEqual([49_406, 343, 49_407, 344, 49_407]);
  });

  it('takes the pad token of Stable Diffusion 2, which is cut out of texts, too', async () => {
    const tokenizer = await changed({pad_token: '!'}, {'special_tokens_map.json': {pad_token: '!'}});
    expect(tokenizer.encodeTo('hi!', 6)).toEqual([49_406, 1883, 0, 49_407, 0, 0]);
    expect(tokenizer.encode('<|ENDOFTEXT|>')).toEqual([49_406, 49_407, 49_407]);
  });

  it('takes added tokens from each of the files that may hold them', async () => {
    const file = await changed({}, {'added_tokens.json': {'<cat-toy>': 49_408}});
    expect(file.encode('a <CAT-toy>')).toEqual([49_406, 320, 49_408, 49_407]);
    const listed = await changed({additional_special_tokens: ['fox']});
    expect(listed.encode('foxes Fox').slice(0, 3)).toEqual([49_406, 5007, 542]);
    const decoder = await changed({
      added_tokens_decoder: {0: {content: '!', normalized: false}, 49_410: {content: 'Dog', normalized: true}},
    });
    expect(decoder.encode('dog!')).toEqual([49_406, 49_410, 0, 49_407]);
  });

  it.each<[string, ClipTokenizerVariant]>([
    ['a cat', 'transformers'],
    ['a cat', 'open_clip'],
  ])('refuses a text of a megabyte, but takes one of 90,000 letters', async (text, variant) => {
    const tokenizer = await readClipTokenizer(join(folder, 'old'), variant);
    expect(() => tokenizer.encode(text.repeat(200_000))).toThrow(/at most 100000/);
    expect(tokenizer.encode('qzxjv'.repeat(18_000)).length).toBeGreaterThan(10_000);
  });
});

describe('files of a tokenizer', () => {
  const small = {a: 0, 'b</w>': 1, 'ab</w>': 2, '<|startoftext|>': 3, '<|endoftext|>': 4};

  it.each([
    ['merges that the vocabulary lacks', {'vocab.json': small, 'merges.txt': 'a c</w>'}, /lacks 'a', 'c<\/w>'/],
    ['a merge of three', {'vocab.json': small, 'merges.txt': '#version: 0.2\na b c'}, /merges\.txt:2: A merge is two/],
    ['no begin token', {'vocab.json': {a: 0, '<|endoftext|>': 1}, 'merges.txt': ''}, /lacks the bos_token/],
    ['ids that are no numbers', {'vocab.json': {a: 'x'}, 'merges.txt': ''}, /Wrong content for the tokenizer's vocab/],
    ['no merges', {'vocab.json': small}, /no merges beside/],
    ['no vocabulary', {}, /Cannot read the tokenizer's vocabulary/],
    ['words of GPT-2', {'tokenizer.json': {model: {type: 'BPE', vocab: small, merges: []}}}, /only that of CLIP/],
    ['BERT', {'tokenizer.json': {model: {type: 'WordPiece', vocab: small, merges: []}}}, /of the type WordPiece/],
  ])('are refused: %s', async (_, files, message) => {
    const copy = await mkdtemp(join(folder, 'refused-'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(copy, name), typeof content === 'string' ? content : JSON.stringify(content));
    const error: unknown = await readClipTokenizer(copy).catch((error: unknown) => error);
    expect((error as {line: string}).line).toMatch(message);
  });

  it('may be as small as a test needs, in lines of Windows', async () => {
    const copy = await mkdtemp(join(folder, 'small-'));
    await writeFile(join(copy, 'vocab.json'), JSON.stringify(small));
    await writeFile(join(copy, 'merges.txt'), '#version: 0.2\r\na b</w>\r\n');
    const tokenizer = await readClipTokenizer(copy);
    // What the vocabulary lacks is the unknown token, which is the end token.
    expect(tokenizer.encode('AB c')).toEqual([3, 2, 4, 4]);
  });
});
