import {isMap, isNode, isScalar, type LineCounter, type Pair, type YAMLMap} from 'yaml';
import {edgesText} from './rangeEdges.ts';
import {toSpan, type TextSpan} from './configOutline.ts';
import {childValue} from './configSchema.ts';
import {readYaml, yamlValue} from './yaml/yamlDocument.ts';
import {keyText, type TextRange} from './yaml/yamlPosition.ts';

/** A change of a text: what is written in place of a piece of it. */
export interface TextEdit {
  readonly span: TextSpan;
  readonly text: string;
}

const settings = ['edges', 'ranges'] as const;

/**
 * The change of a config text, in YAML or JSON, that gives `decouple` these edges in place of `ranges` or of other edges; all else stays as it
 * is. Undefined where the section is not written out in the text, or takes its ranges over from elsewhere (`*name`, `<<`).
 */
export function edgesEdit(text: string, edges: readonly number[]): TextEdit | undefined {
  const {document, lines} = readYaml(text);
  const section: unknown = document?.get('decouple', true);
  if (document === undefined || !isMap(section)) return undefined;
  const written = section.items.find(({key}) => settings.some((name) => name === keyText(key)));
  const value = childValue(yamlValue(document), 'decouple');
  if (written === undefined && settings.some((name) => childValue(value, name) !== undefined)) return undefined;
  const change = written ? replaced(text, written, edges) : inserted(section, edges, lines);
  return change && {span: toSpan(change.range, lines), text: change.text};
}

interface Change {
  readonly range: TextRange;
  readonly text: string;
}

function replaced(text: string, {key, value}: Pair, edges: readonly number[]): Change | undefined {
  const name = rangeOf(key);
  if (name === undefined) return undefined;
  const [begin] = name;
  const end = Math.max(name[1], rangeOf(value)?.[1] ?? 0);
  // The end of a list in lines of its own lies behind its last line break.
  return {range: [begin, begin + text.slice(begin, end).trimEnd().length], text: settingText(key, edges)};
}

/** As the first setting of the section. */
function inserted({items, flow, range}: YAMLMap, edges: readonly number[], lines: LineCounter): Change | undefined {
  const first = items[0]?.key;
  if (first === undefined) return range ? {range: [range[0], range[1]], text: `{${edgesText(edges)}}`} : undefined;
  const [start] = rangeOf(first) ?? [];
  if (start === undefined) return undefined;
  const separator = flow ? ', ' : `\n${' '.repeat(lines.linePos(start).col - 1)}`;
  return {range: [start, start], text: settingText(first, edges) + separator};
}

/** Quoted as the other keys are: JSON needs it. */
function settingText(key: unknown, edges: readonly number[]): string {
  const isQuoted = isScalar(key) && key.type === 'QUOTE_DOUBLE';
  return isQuoted ? edgesText(edges).replace('edges', '"edges"') : edgesText(edges);
}

function rangeOf(node: unknown): TextRange | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
}
