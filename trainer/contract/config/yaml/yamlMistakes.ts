import {type Document, isAlias, type LineCounter, visit, type YAMLMap} from 'yaml';
import {isMergeKey, mergedSections} from './yamlMerge.ts';
import {plainMessage} from './yamlMessages.ts';
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
  if (all.length === 0) return structureMistakes(document, lines);
  // What the parser says of a line after the first mistake in it follows from that one.
  const first = new Map(all.toReversed().map((error) => [lines.linePos(error.pos[0]).line, error]));
  return [...first.values()].map((error) => ({message: plainMessage(error), range: error.pos}));
}

function structureMistakes(document: Document, lines: LineCounter): YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  visit(document, {
    Map: (_, map) => void mistakes.push(...keyMistakes(map, lines)),
    Pair: (_, {key, value}) => {
      const isUnknown = isAlias(value) && value.resolve(document) === undefined;
      if (!isMergeKey(key) || isUnknown || mergedSections(value, document)) return;
      mistakes.push({message: '<< takes a section, *name of one, or a list of these', range: rangeOf(key)});
    },
    Alias: (_, alias, path) => {
      const target = alias.resolve(document);
      const {source} = alias;
      if (target === undefined) mistakes.push({message: `there is no &${source} above`, range: rangeOf(alias)});
      else if (path.some((ancestor) => ancestor === target))
        mistakes.push({message: `*${source} contains itself`, range: rangeOf(alias)});
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
