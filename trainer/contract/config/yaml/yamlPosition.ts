import {type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap} from 'yaml';
import type {ConfigPath} from '../configSchema.ts';
import {isMergeKey, mergedSections} from './yamlMerge.ts';

/** First character and the one after the last, counted from 0. */
export type TextRange = readonly [number, number];

/**
 * Where a mistake at `path` is marked: the scalar itself, or the key of a section, list or empty value (a mark over many
 * lines helps nobody). A path that is not in the document falls back to its nearest parent that is.
 */
export function rangeOfPath(document: Document, path: ConfigPath, atKey: boolean): TextRange {
  let node: unknown = document.contents;
  let key: unknown;
  for (const segment of path) {
    const child = childOf(isAlias(node) ? node.resolve(document) : node, segment, document);
    if (child === undefined) return nodeRange(key) ?? [0, 0];
    node = child.value;
    key = child.key ?? child.value;
  }
  const value = isScalar(node) && !atKey ? nodeRange(node) : undefined;
  return value ?? nodeRange(key) ?? [0, 0];
}

/** The text of a key; undefined for a key that is a list, a section or an alias. */
export function keyText(key: unknown): string | undefined {
  if (isMergeKey(key)) return '<<';
  return isScalar(key) ? String(key.value) : undefined;
}

interface Child {
  readonly key?: unknown;
  readonly value: unknown;
}

function childOf(node: unknown, segment: string | number, document: Document): Child | undefined {
  if (isSeq(node))
    return typeof segment === 'number' && segment < node.items.length ? {value: node.items[segment]} : undefined;
  if (!isMap(node)) return undefined;
  return node.items.find(({key}) => keyText(key) === String(segment)) ?? mergedChild(node, segment, document);
}

/** A setting that `<<` takes over: where it is written, or the alias of its section, which may be right where it stands. */
function mergedChild(map: YAMLMap, segment: string | number, document: Document): Child | undefined {
  const sections = map.items.flatMap(({key, value}) =>
    isMergeKey(key) ? (mergedSections(value, document) ?? []) : [],
  );
  for (const {section, mention} of sections) {
    const child = childOf(section, segment, document);
    if (child) return isAlias(mention) ? {key: mention, value: undefined} : child;
  }
  return undefined;
}

function nodeRange(node: unknown): TextRange | undefined {
  const range = isNode(node) ? (node as Node).range : undefined;
  return range && range[1] > range[0] ? [range[0], range[1]] : undefined;
}
