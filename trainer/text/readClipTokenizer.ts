import {join} from 'node:path';
import type * as z from 'zod';
import {UserError} from '../contract/errors.ts';
import {
  ClipTokenizerConfig,
  ClipTokenizerFile,
  ClipVocabulary,
  SpecialTokensMap,
} from '../contract/model/clipTokenizer.ts';
import {fileExists} from '../store/files/fileExists.ts';
import {readJson} from '../store/files/jsonFile.ts';
import {readRegularFile} from '../store/files/regularFile.ts';
import {hashBytes, hashFile} from '../store/hashes/sha256.ts';
import type {IdentifiedToken} from './addedTokens.ts';
import {endOfWord, type BytePairVocabulary} from './bytePairEncoding.ts';
import {createClipTokenizer, type ClipTokenizer, type ClipTokenizerVariant} from './clipTokenizer.ts';
import {specialTokens} from './specialTokens.ts';

/** CLIP's merges. The file that open_clip ships goes on for five times as many lines, which nobody uses. */
const clipMerges = 49_152 - 256 - 2;

const largestMergesFile = 16_000_000;

/** A tokenizer as it lies in one of the two forms, without the files beside it. */
interface TokenizerCore {
  readonly vocabulary: BytePairVocabulary;
  readonly added: readonly IdentifiedToken[];
  readonly path: string;
}

/**
 * The tokenizer of a pipeline's `tokenizer` folder, in the form of transformers 5 (`tokenizer.json`) or the older one (`vocab.json`,
 * `merges.txt`). Throws a `UserError` for files that are missing, do not fit each other, or are of another kind of tokenizer.
 */
export async function readClipTokenizer(
  folder: string,
  variant: ClipTokenizerVariant = 'transformers',
): Promise<ClipTokenizer> {
  const {vocabulary, added, path} = await readCore(folder);
  const config = await readIfThere(folder, 'tokenizer_config.json', ClipTokenizerConfig, "the tokenizer's config");
  const decoder = config?.added_tokens_decoder;
  const names = decoder ? config : {...config, ...(await readSpecialNames(folder))};
  const identified = decoder
    ? Object.entries(decoder).map(([id, token]) => ({...token, id: Number(id)}))
    : [...(await readAddedTokens(folder, names)), ...added];
  const special = specialTokens(names, identified, vocabulary.ids, path);
  return createClipTokenizer({vocabulary, ...special, maxLength: config?.model_max_length ?? Infinity}, variant);
}

/** SHA-256 over the files of a tokenizer. */
export async function tokenizerHash(folder: string): Promise<string> {
  const hashes: string[] = [];
  for (const name of tokenizerFiles) {
    const path = join(folder, name);
    if (await fileExists(path)) hashes.push(`${name} ${await hashFile(path)}`);
  }
  return hashBytes(hashes.join('\n'));
}

const tokenizerFiles = [
  'tokenizer.json',
  'vocab.json',
  'merges.txt',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
];

async function readCore(folder: string): Promise<TokenizerCore> {
  const single = join(folder, 'tokenizer.json');
  if (await fileExists(single)) {
    const {model, added_tokens} = await readJson(single, ClipTokenizerFile, 'the tokenizer');
    checkKind(model, single);
    return {
      vocabulary: fitted(
        model.vocab,
        model.merges.map((merge) => pairOf(merge, single)),
        single,
      ),
      added: added_tokens,
      path: single,
    };
  }
  const path = join(folder, 'vocab.json');
  const vocab = await readJson(path, ClipVocabulary, "the tokenizer's vocabulary");
  return {vocabulary: fitted(vocab, await readMerges(join(folder, 'merges.txt')), path), added: [], path};
}

/** Byte-pair encodings without a mark at the end of words are those of GPT-2 and its like, which split texts in another way. */
function checkKind({type, end_of_word_suffix}: ClipTokenizerFile['model'], where: string): void {
  if (type === 'BPE' && end_of_word_suffix === endOfWord) return;
  const found = type === 'BPE' ? "a byte-pair encoding without CLIP's ending of words" : `of the type ${type}`;
  throw new UserError('tokenizer-unsupported', `This tokenizer is ${found}; only that of CLIP can be used.`, {
    where,
    hint: 'Take the tokenizer of a Stable Diffusion 1 or 2 pipeline.',
  });
}

/** A vocabulary whose merges make tokens that it has. */
function fitted(
  vocab: Readonly<Record<string, number>>,
  merges: readonly (readonly [string, string])[],
  where: string,
): BytePairVocabulary {
  const ids = new Map(Object.entries(vocab));
  const stray = merges.find(([left, right]) => ![left, right, left + right].every((token) => ids.has(token)));
  if (stray === undefined) return {ids, merges};
  throw new UserError(
    'tokenizer-invalid',
    `The vocabulary lacks '${stray.join("', '")}' or both joined, which are merged.`,
    {
      where,
      hint: 'Take vocabulary and merges from the same tokenizer.',
    },
  );
}

async function readMerges(path: string): Promise<[string, string][]> {
  if (!(await fileExists(path))) {
    throw new UserError('file-missing', 'There are no merges beside the vocabulary.', {
      where: path,
      hint: 'A tokenizer is a tokenizer.json, or a vocab.json with a merges.txt.',
    });
  }
  const text = (await readRegularFile(path, largestMergesFile)).toString('utf8').trimEnd();
  const lines = text === '' ? [] : text.split(/\r?\n/);
  const header = lines[0]?.startsWith('#version') ? 1 : 0;
  return lines.slice(header, header + clipMerges).map((line, i) => pairOf(line, `${path}:${header + i + 1}`));
}

function pairOf(merge: string | [string, string], where: string): [string, string] {
  if (typeof merge !== 'string') return merge;
  const [left = '', right = '', ...rest] = merge.split(' ');
  if (left !== '' && right !== '' && rest.length === 0) return [left, right];
  throw new UserError('tokenizer-invalid', `A merge is two tokens with a space between them, not '${merge}'.`, {where});
}

async function readSpecialNames(folder: string): Promise<SpecialTokensMap | undefined> {
  return readIfThere(folder, 'special_tokens_map.json', SpecialTokensMap, "the tokenizer's special tokens");
}

/** `added_tokens.json` of old files: tokens that were added to a vocabulary later. */
async function readAddedTokens(folder: string, names: SpecialTokensMap): Promise<IdentifiedToken[]> {
  const ids = await readIfThere(folder, 'added_tokens.json', ClipVocabulary, "the tokenizer's added tokens");
  const special = new Set(
    [
      names.bos_token,
      names.eos_token,
      names.unk_token,
      names.pad_token,
      ...(names.additional_special_tokens ?? []),
    ].map((token) => token?.content),
  );
  return Object.entries(ids ?? {}).map(([content, id]) => ({
    content,
    id,
    normalized: !special.has(content),
    single_word: false,
  }));
}

async function readIfThere<T extends z.ZodType>(
  folder: string,
  name: string,
  schema: T,
  what: string,
): Promise<z.output<T> | undefined> {
  const path = join(folder, name);
  return (await fileExists(path)) ? readJson(path, schema, what) : undefined;
}
