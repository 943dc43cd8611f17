import {type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node} from 'yaml';
import type {ConfigPath} from './configSchema.ts';

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
    const child = childOf(isAlias(node) ? node.resolve(document) : node, segment);
    if (child === undefined) return nodeRange(key) ?? [0, 0];
    node = child.value;
    key = child.key ?? child.value;
  }
  const value = isScalar(node) && !atKey ? nodeRange(node) : undefined;
  return value ?? nodeRange(key) ?? [0, 0];
}

/** The text of a key; undefined for a key that is a list, a section or an alias. */
export function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function childOf(node: unknown, segment: string | number): {key?: unknown; value: unknown} | undefined {
  if (isSeq(node))
    return typeof segment === 'number' && segment < node.items.length ? {value: node.items[segment]} : undefined;
  return isMap(node) ? node.items.find((pair) => keyText(pair.key) === String(segment)) : undefined;
}

function nodeRange(node: unknown): TextRange | undefined {
  const range = isNode(node) ? (node as Node).range : undefined;
  return range && range[1] > range[0] ? [range[0], range[1]] : undefined;
}
