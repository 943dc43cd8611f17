import {copyFile, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {byteSymbols} from '../../../trainer/text/byteSymbols.ts';

const fixture = join(packageRoot(), 'test', 'fixtures', 'golden-sd', 'sd1', 'tokenizer');

/** CLIP's vocabulary, which follows from its merges: bytes, bytes that end a word, merged tokens, begin and end. */
export async function clipVocabulary(): Promise<{vocab: Record<string, number>; mergesText: string; merges: string[]}> {
  const mergesText = gunzipSync(await readFile(join(fixture, 'merges.txt.gz'))).toString('utf8');
  const merges = mergesText.trimEnd().split('\n').slice(1);
  const bytes = byteSymbols.toSorted((a, b) => readable(a) - readable(b));
  const tokens = [
    ...bytes,
    ...bytes.map((symbol) => `${symbol}</w>`),
    ...merges.map((merge) => merge.replace(' ', '')),
    '<|startoftext|>',
    '<|endoftext|>',
  ];
  return {vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), mergesText, merges};
}

/** The tokenizer of the golden Stable Diffusion 1 pipeline, in the four files of old or as transformers 5 writes it. */
export async function writeClipTokenizer(folder: string, form: 'vocab.json' | 'tokenizer.json'): Promise<void> {
  await mkdir(folder, {recursive: true});
  const {vocab, merges, mergesText} = await clipVocabulary();
  await copyFile(join(fixture, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
  if (form === 'vocab.json') {
    await copyFile(join(fixture, 'special_tokens_map.json'), join(folder, 'special_tokens_map.json'));
    await writeFile(join(folder, 'vocab.json'), JSON.stringify(vocab));
    await writeFile(join(folder, 'merges.txt'), mergesText);
    return;
  }
  const model = {type: 'BPE', end_of_word_suffix: '</w>', vocab, merges: merges.map((merge) => merge.split(' '))};
  const added = ['<|startoftext|>', '<|endoftext|>'].map((content, i) => ({
    id: 49_406 + i,
    content,
    normalized: i === 0,
    special: true,
  }));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({version: '1.0', added_tokens: added, model}));
}

/** Where a symbol stands in the vocabulary: those that are bytes themselves first. */
function readable(symbol: string): number {
  return symbol.charCodeAt(0);
}
