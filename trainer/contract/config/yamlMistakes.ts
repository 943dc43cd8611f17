import {type Document, type ErrorCode, isAlias, type LineCounter, visit, type YAMLMap} from 'yaml';
import {keyText, type TextRange} from './yamlPosition.ts';

/** A place where the text is not the plain YAML that a config is made of. */
export interface YamlMistake {
  readonly message: string;
  readonly range: TextRange;
}

/** What is wrong with a document before its values are looked at: the syntax, or else keys and aliases. */
export function yamlMistakes(document: Document, lines: LineCounter): YamlMistake[] {
  // A warning (an unknown tag such as `!!python/object`) counts too: nothing is guessed.
  const all = [...document.errors, ...document.warnings];
  const syntax = all.filter(({pos}, i) => pos[0] !== all[i - 1]?.pos[0]);
  if (syntax.length === 0) return structureMistakes(document, lines);
  return syntax.map(({code, message, pos}) => ({message: plainMessages[code] ?? message, range: pos}));
}

/** Replacements for messages that only programmers of the parser understand. */
const plainMessages: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'a config is one document, and this line starts a second one',
  RESOURCE_EXHAUSTION: 'lists and sections are nested too deeply',
};

function structureMistakes(document: Document, lines: LineCounter): YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  visit(document, {
    Map: (_, map) => void mistakes.push(...keyMistakes(map, lines)),
    Alias: (_, alias, path) => {
      const target = alias.resolve(document);
      if (!path.some((ancestor) => ancestor === target)) return;
      mistakes.push({message: `*${alias.source} contains itself`, range: rangeOf(alias)});
    },
  });
  return mistakes;
}

function keyMistakes(map: YAMLMap, lines: LineCounter): YamlMistake[] {
  const seen = new Map<string, number>();
  return map.items.flatMap(({key}) => {
    const name = keyText(key);
    const range = rangeOf(key);
    if (name === undefined) return [{message: `a key must be text${isAlias(key) ? ', not an alias' : ''}`, range}];
    const first = seen.get(name);
    if (first !== undefined) return [{message: `duplicate key ${name}, first in line ${first}`, range}];
    seen.set(name, lines.linePos(range[0]).line);
    return [];
  });
}

function rangeOf(node: unknown): TextRange {
  const range = (node as {range?: TextRange | null} | null)?.range;
  return range ?? [0, 0];
}
