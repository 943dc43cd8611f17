import {BytePairEncoder, endOfWord} from './bytePairEncoding.ts';
import {byteSymbols} from './byteSymbols.ts';

/** A tokenizer in CLIP's format that has yet to be written. */
export interface NewTokenizer {
  /** Content by file name, as transformers reads a `CLIPTokenizer`. */
  readonly files: Readonly<Record<string, string>>;
  readonly vocabularySize: number;
  readonly begin: number;
  readonly end: number;
}

const [begin, end] = ['<|startoftext|>', '<|endoftext|>'];

/**
 * A byte-pair encoding to which each of these words, in lower case, is one token; all other text is spelled byte by byte. Texts are cut and
 * filled up to `length` ids.
 */
export function newTokenizer(words: readonly string[], length: number): NewTokenizer {
  const symbols = [...byteSymbols, ...byteSymbols.map((symbol) => symbol + endOfWord)];
  const merges = mergesFor(words, symbols);
  const tokens = [...new Set([...symbols, ...merges.map(([left, right]) => left + right)]), begin, end];
  const special = {bos_token: begin, eos_token: end, unk_token: end, pad_token: end};
  return {
    files: {
      'vocab.json': JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id]))),
      'merges.txt': ['#version: 0.2', ...merges.map((pair) => pair.join(' ')), ''].join('\n'),
      'special_tokens_map.json': `${JSON.stringify(special, null, 2)}\n`,
      'tokenizer_config.json': `${JSON.stringify({...special, do_lower_case: true, model_max_length: length, tokenizer_class: 'CLIPTokenizer'}, null, 2)}\n`,
    },
    vocabularySize: tokens.length,
    begin: tokens.length - 2,
    end: tokens.length - 1,
  };
}

/**
 * Merges the first two tokens of each word until one is left. As a new merge comes after all others, words that are one token already
 * stay so.
 */
function mergesFor(words: readonly string[], symbols: readonly string[]): [string, string][] {
  const tokens = [...symbols];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  for (const word of words) {
    for (;;) {
      const [first, second] = new BytePairEncoder({ids, merges}, 0).encode(word.toLowerCase());
      if (first === undefined || second === undefined) break;
      const pair: [string, string] = [tokens[first] ?? '', tokens[second] ?? ''];
      merges.push(pair);
      const joined = pair.join('');
      if (!ids.has(joined)) ids.set(joined, tokens.push(joined) - 1);
    }
  }
  return merges;
}
