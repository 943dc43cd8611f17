import type {AddedToken} from '../contract/model/clipTokenizer.ts';

/** A token that is cut out of the text as a whole, with its id. */
export interface IdentifiedToken extends AddedToken {
  readonly id: number;
}

/** What a text falls into: text to be split further, and ids of added tokens. */
export type TextPart = string | number;

/**
 * Cuts added tokens out of texts; where several begin at one place, the longest. `contentOf` gives what is looked for.
 * Spaces around a token are no part of it: they do not become ids anyway.
 */
export function addedTokenCutter(
  tokens: readonly IdentifiedToken[],
  contentOf: (token: IdentifiedToken) => string,
): (text: string) => TextPart[] {
  const ids = new Map(tokens.map((token) => [contentOf(token), token.id]));
  const patterns = tokens
    .map((token) => ({content: contentOf(token), isWord: token.single_word}))
    .filter(({content}) => content !== '')
    .sort((a, b) => b.content.length - a.content.length)
    .map(({content, isWord}) =>
      isWord ? `(?<!${wordCharacter})${escape(content)}(?!${wordCharacter})` : escape(content),
    );
  if (patterns.length === 0) return (text) => [text];
  const anyToken = new RegExp(`(${patterns.join('|')})`, 'u');
  // Every second part is what the group has matched.
  return (text) => text.split(anyToken).map((part, i) => (i % 2 === 1 ? (ids.get(part) ?? part) : part));
}

const wordCharacter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
