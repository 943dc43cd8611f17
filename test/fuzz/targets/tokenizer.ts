import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {readClipTokenizer} from '../../../trainer/text/readClipTokenizer.ts';
import type {FuzzTarget} from '../target.ts';

const vocab = {a: 0, 'b</w>': 1, 'ab</w>': 2, Ã: 3, '©</w>': 4, '<|startoftext|>': 5, '<|endoftext|>': 6};
const token = {content: '<|endoftext|>', lstrip: false, normalized: true, rstrip: false, single_word: true};

/** The files of a tokenizer that may be replaced; the first byte of an input says which is, or that the rest is a text. */
const files: readonly (readonly [string, string])[] = [
  ['vocab.json', JSON.stringify(vocab)],
  ['merges.txt', '#version: 0.2\na b</w>\n'],
  ['tokenizer_config.json', JSON.stringify({eos_token: token, pad_token: 'a', added_tokens_decoder: {7: token}})],
  ['special_tokens_map.json', JSON.stringify({bos_token: '<|startoftext|>', additional_special_tokens: ['ab']})],
  ['added_tokens.json', JSON.stringify({'<x>': 7})],
  [
    'tokenizer.json',
    JSON.stringify({
      added_tokens: [{...token, id: 6}],
      model: {type: 'BPE', end_of_word_suffix: '</w>', vocab, merges: [['a', 'b</w>']]},
    }),
  ],
];

const texts = [
  'cafÃ© â€œquotedâ€\x9d Ð¿Ñ€Ð¸',
  '├⌐├⌐ Ôé¼ &amp;eacute; É— à\u0345',
  'a\u1abf\u0308 \u{16ea0} \u{1f469}\u200d\u{1f680}',
];

export const tokenizer: FuzzTarget = {
  name: 'tokenizer',
  seeds: async () =>
    [...files.map(([, content]) => content), ...texts].map((content, i) =>
      Uint8Array.of(Math.min(i, files.length), ...Buffer.from(content)),
    ),
  tokens: [
    '"__proto__":{"a":1},',
    '"content":"(a+)+$"',
    '"content":""',
    '"additional_special_tokens":["a","a"],',
    '"added_tokens_decoder":{"999999":{"content":"a"}},',
    '"model":',
    'null',
    '-1',
    '1e9',
    '[',
    '{"a":',
    ' ',
    '\n',
    '\\u0000',
    '\xff',
    'â‚¬',
    'Ã\u00a0',
    '├─',
    '&eacute;',
  ],
  async parse(bytes, folder) {
    const hostile = (bytes[0] ?? 0) % (files.length + 1);
    for (const [i, [name, content]] of files.entries()) {
      // The one form, or the other.
      if (hostile < 5 && name === 'tokenizer.json') continue;
      if (hostile > 1 && name === 'tokenizer_config.json' && i !== hostile) continue;
      await writeFile(join(folder, name), i === hostile ? bytes.subarray(1) : content);
    }
    const text = hostile < files.length ? 'Ab <|ENDOFTEXT|> é (a+)+$ <x>' : Buffer.from(bytes.subarray(1)).toString();
    for (const variant of ['transformers', 'open_clip'] as const)
      (await readClipTokenizer(folder, variant)).encodeTo(text, 77);
  },
};
