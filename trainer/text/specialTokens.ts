import {UserError} from '../contract/errors.ts';
import type {AddedToken, SpecialTokensMap} from '../contract/model/clipTokenizer.ts';
import type {IdentifiedToken} from './addedTokens.ts';

export interface SpecialTokens {
  /** All that is cut out of texts as a whole. */
  readonly added: readonly IdentifiedToken[];
  readonly begin: number;
  readonly end: number;
  readonly unknown: number;
  readonly pad: number;
}

/** What transformers takes where the files say nothing. */
const defaults = {
  bos_token: '<|startoftext|>',
  eos_token: '<|endoftext|>',
  unk_token: '<|endoftext|>',
  pad_token: '<|endoftext|>',
} as const;

type Name = keyof typeof defaults;

/**
 * The special tokens with their ids: those of the vocabulary, else of `identified`, else the next free ones. One that is named twice
 * (the end token is also the pad token) is looked for as its last name says, and `identified` says it before any name. `where` is the
 * file for the UserError about a begin or end token that has no id.
 */
export function specialTokens(
  names: SpecialTokensMap,
  identified: readonly IdentifiedToken[],
  vocabulary: ReadonlyMap<string, number>,
  where: string,
): SpecialTokens {
  const known = new Map(identified.map((token) => [token.content, token]));
  const named = (name: Name): AddedToken =>
    names[name] ?? {content: defaults[name], normalized: false, single_word: false};
  const own = [named('bos_token'), named('eos_token'), named('unk_token'), named('pad_token')];
  const others = (names.additional_special_tokens ?? []).filter((token) => token !== null && token !== undefined);
  const tokens = [...identified, ...own, ...others].map((token) => known.get(token.content) ?? token);
  let next = 1 + [...vocabulary.values(), ...identified.map(({id}) => id)].reduce((a, b) => Math.max(a, b), -1);
  const added = new Map<string, IdentifiedToken>();
  for (const token of tokens) {
    const {content} = token;
    const id = vocabulary.get(content) ?? known.get(content)?.id ?? added.get(content)?.id ?? next++;
    added.set(content, {...token, id});
  }
  const idOf = (name: Name): number => {
    const {content} = named(name);
    const id = vocabulary.get(content) ?? known.get(content)?.id;
    if (id !== undefined) return id;
    throw new UserError('tokenizer-invalid', `The vocabulary lacks the ${name} '${content}'.`, {where});
  };
  return {
    added: [...added.values()],
    begin: idOf('bos_token'),
    end: idOf('eos_token'),
    unknown: idOf('unk_token'),
    pad: idOf('pad_token'),
  };
}
