import {isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node} from 'yaml';
import {childValue, type ConfigPath} from './configSchema.ts';
import {readYaml, yamlValue} from './yaml/yamlDocument.ts';
import {keyText, rangeOfPath} from './yaml/yamlPosition.ts';

/** A piece of text. Lines and columns count from 1; the end is the column after the last character. */
export interface TextSpan {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A place in a config: the value or, with `isKey`, the key that is written there. */
export interface ConfigPlace {
  readonly path: ConfigPath;
  readonly isKey: boolean;
  readonly span: TextSpan;
}

/** What is written where in a config text, as far as it can be read: it may be half typed. */
export interface ConfigOutline {
  readonly value: unknown;
  /** The key of a setting; undefined where it is not written. */
  keySpan(path: ConfigPath): TextSpan | undefined;
  /** The innermost place around a position. */
  at(line: number, column: number): ConfigPlace | undefined;
}

/** Reads a config text for an editor. Never throws. */
export function outlineConfig(text: string): ConfigOutline {
  const {document, lines} = readYaml(text);
  if (document === undefined) return {value: undefined, keySpan: () => undefined, at: () => undefined};
  const value = yamlValue(document);
  return {
    value,
    keySpan(path) {
      const parent = path.slice(0, -1).reduce<unknown>(childValue, value);
      const key = path.at(-1);
      if (key === undefined || childValue(parent, key) === undefined) return undefined;
      return toSpan(rangeOfPath(document, path, true), lines);
    },
    at(line, column) {
      const [start, next = Infinity] = lines.lineStarts.slice(line - 1, line + 1);
      if (start === undefined || start + column - 1 >= next) return undefined;
      return placeAt(document.contents, start + column - 1, [], lines);
    },
  };
}

function placeAt(node: unknown, offset: number, path: ConfigPath, lines: LineCounter): ConfigPlace | undefined {
  if (isMap(node)) {
    for (const {key, value} of node.items) {
      const name = keyText(key);
      if (name === undefined) continue;
      if (isInside(key, offset)) return {path: [...path, name], isKey: true, span: spanOf(key as Node, lines)};
      if (isInside(value, offset)) return placeAt(value, offset, [...path, name], lines);
    }
  } else if (isSeq(node)) {
    const index = node.items.findIndex((item) => isInside(item, offset));
    if (index >= 0) return placeAt(node.items[index], offset, [...path, index], lines);
  } else if (isScalar(node) || isAlias(node)) {
    return {path, isKey: false, span: spanOf(node, lines)};
  }
  return undefined;
}

function isInside(node: unknown, offset: number): boolean {
  const range = isNode(node) ? node.range : undefined;
  return range !== undefined && range !== null && range[0] <= offset && offset <= range[1];
}

function spanOf({range}: Node, lines: LineCounter): TextSpan {
  return toSpan(range ? [range[0], range[1]] : [0, 0], lines);
}

/** Offsets in a text, counted from 0, as lines and columns. */
export function toSpan([from, to]: readonly [number, number], lines: LineCounter): TextSpan {
  const [start, end] = [lines.linePos(from), lines.linePos(to)];
  return {line: Math.max(1, start.line), column: start.col, endLine: Math.max(1, end.line), endColumn: end.col};
}
