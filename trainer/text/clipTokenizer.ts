import {UserError} from '../contract/errors.ts';
import {addedTokenCutter, type IdentifiedToken, type TextPart} from './addedTokens.ts';
import {BytePairEncoder, type BytePairVocabulary} from './bytePairEncoding.ts';
import {cleanForOpenClip} from './openClipCleaning.ts';
import {composed, youngLetters} from './youngCharacters.ts';

/**
 * Who tokenizes: `transformers` is the fast tokenizer of Hugging Face (transformers 5, and what pipelines use), `open_clip` what the
 * models of open_clip were trained with. Plain English has the same ids in both; typographic quotes, HTML entities, ligatures and
 * full-width characters do not.
 */
export type ClipTokenizerVariant = 'transformers' | 'open_clip';

export interface ClipTokenizerParts {
  readonly vocabulary: BytePairVocabulary;
  /** Cut out of the text before anything else, the begin and end tokens among them. */
  readonly added: readonly IdentifiedToken[];
  readonly begin: number;
  readonly end: number;
  readonly unknown: number;
  /** What texts are filled up with: the end token in Stable Diffusion 1, `!` in Stable Diffusion 2. open_clip always takes 0. */
  readonly pad: number;
  /** Ids that texts are cut and filled up to; infinite where the files do not say. */
  readonly maxLength: number;
}

/** CLIP's text tokenizer (Radford et al. 2021): lower-cased byte-pair encoding. */
export interface ClipTokenizer extends Pick<ClipTokenizerParts, 'maxLength'> {
  /** Begin token, ids of the text, end token; as long as it comes. Throws a `UserError` for a text of more than 100,000 characters. */
  encode(text: string): number[];
  /** The same as exactly `length` ids: cut with the end token kept, or filled up. */
  encodeTo(text: string, length: number): number[];
}

/** More than any caption has; what is longer is not one, and would take its time. */
const longestText = 100_000;

/** The tokens of models before anything is merged: contractions, runs of letters, single digits, runs of anything else but space. */
const word = new RegExp(
  String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|` +
    String.raw`[\p{L}--[${youngLetters}]]+|[\p{N}--[${youngLetters}]]|[[^\p{White_Space}\p{L}\p{N}]${youngLetters}]+`,
  'gv',
);
/**
 * The same of open_clip, which calls the special tokens otherwise. Python ignores case here, by which the Greek iota below a letter is neither a
 * letter nor anything else, and is left out.
 */
const openClipWord =
  /<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\u0345\p{White_Space}\p{L}\p{N}]+/gu;

export function createClipTokenizer(parts: ClipTokenizerParts, variant: ClipTokenizerVariant): ClipTokenizer {
  const encoder = new BytePairEncoder(parts.vocabulary, parts.unknown);
  const isOpenClip = variant === 'open_clip';
  const split = isOpenClip ? splitLikeOpenClip(parts) : splitLikeTransformers(parts);
  const pad = isOpenClip ? 0 : parts.pad;
  const encode = (text: string) => {
    if (text.length > longestText) {
      const message = `A text of ${text.length} characters is not tokenized; at most ${longestText} are.`;
      throw new UserError('text-too-long', message, {hint: 'Shorten the caption or prompt.'});
    }
    const ids = split(text).flatMap((part) => (typeof part === 'number' ? part : encoder.encode(part)));
    return [parts.begin, ...ids, parts.end];
  };
  return {
    maxLength: parts.maxLength,
    encode,
    encodeTo(text, length) {
      const ids = encode(text);
      if (ids.length > length) return [...ids.slice(0, length - 1), parts.end];
      return [...ids, ...Array.from({length: length - ids.length}, () => pad)];
    },
  };
}

/** The steps of the tokenizers library, in its order: tokens as they are written, normalisation, tokens in what is normalised, words. */
function splitLikeTransformers({added}: ClipTokenizerParts): (text: string) => TextPart[] {
  const cutWritten = addedTokenCutter(
    added.filter((token) => !token.normalized),
    ({content}) => content,
  );
  const cutNormalised = addedTokenCutter(
    added.filter((token) => token.normalized),
    ({content}) => normalise(content),
  );
  const words = onTexts((text) => wordsOf(text, word).flatMap(splitAgain));
  const normalised = onTexts((text) => cutNormalised(normalise(text)));
  return (text) => words(normalised(cutWritten(text)));
}

function splitLikeOpenClip({begin, end}: ClipTokenizerParts): (text: string) => TextPart[] {
  const special = new Map([
    ['<start_of_text>', begin],
    ['<end_of_text>', end],
  ]);
  return (text) => wordsOf(cleanForOpenClip(text), openClipWord).map((part) => special.get(part) ?? part);
}

/** Characters are lower-cased one by one: a final sigma is no different. */
function normalise(text: string): string {
  return composed(text)
    .replace(/\p{White_Space}+/gu, ' ')
    .replaceAll('Σ', 'σ')
    .toLowerCase();
}

function wordsOf(text: string, pattern: RegExp): string[] {
  return text.match(pattern) ?? [];
}

/** The library splits words again where letters meet other characters, which makes three of a special token in the wrong case. */
function splitAgain(part: string): string[] {
  return part.startsWith('<|') && part.endsWith('text|>') ? ['<|', part.slice(2, -2), '|>'] : [part];
}

function onTexts(split: (text: string) => TextPart[]): (parts: readonly TextPart[]) => TextPart[] {
  return (parts) => parts.flatMap((part) => (typeof part === 'string' ? split(part) : [part]));
}
