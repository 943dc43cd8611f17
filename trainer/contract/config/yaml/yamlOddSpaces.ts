import {CST, Lexer} from 'yaml';
import type {YamlMistake} from './yamlMistakes.ts';

const wideSpaces = '\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
const invisible = '\\u00ad\\u200b-\\u200d\\u2060\\ufeff';
const wideColon = '\\uff1a';
const odd = `[${wideSpaces}${invisible}]`;

/** At the start or end of a line's text or right behind a colon; and a colon of East Asian scripts behind a word. */
const misplaced = new RegExp(`(?<=^ *)${odd}|${odd}(?= *$)|(?<=:)${odd}|(?<=^ *\\w+${odd}?)${wideColon}`, 'gm');

/**
 * Characters that look like a space, like nothing or like a colon where YAML needs the plain one, as texts from web pages and word processors
 * have them. YAML takes them for letters, and what it then complains about, often a line later, cannot be seen. In quotes, comments and
 * blocks of text they may stand.
 */
export function oddSpaces(text: string): YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  let at = 0;
  let [isAnnounced, isBlock] = [false, false];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (isAnnounced && !isBlock) {
      for (const {index, 0: found} of token.matchAll(misplaced))
        mistakes.push({message: messageOf(found), range: [at + index, at + index + 1]});
    }
    if (type === 'block-scalar-header') isBlock = true;
    else if (isAnnounced) isBlock = false;
    const isMark = !isAnnounced && (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end');
    isAnnounced = !isAnnounced && type === 'scalar';
    if (!isMark) at += token.length;
  }
  return mistakes;
}

function messageOf(character: string): string {
  const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (new RegExp(wideColon).test(character))
    return `this colon is the character ${code}; type a plain colon and a space`;
  if (new RegExp(`[${invisible}]`).test(character)) return `an invisible character (${code}) stands here; delete it`;
  return `this looks like a space but is the character ${code}; type a plain space`;
}
