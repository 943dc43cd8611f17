import {CST, type Document, Lexer, LineCounter, parseDocument, visit} from 'yaml';

/** A text as YAML, with the offsets of its lines; `refusal` says why it is not even looked at. */
export type YamlText =
  | {readonly document: Document; readonly lines: LineCounter; readonly refusal?: undefined}
  | {readonly refusal: string; readonly document?: undefined; readonly lines?: undefined};

/** A config is a page or two: anything larger is the wrong file. */
const maxCharacters = 50_000;
/**
 * The parser calls itself for every level. It must not come near the end of the stack: a regular expression that is compiled there for
 * the first time ends the whole process.
 */
const maxDepth = 64;
/** Also the limit for how far aliases of aliases unfold. */
const maxAliases = 50;

/** Parses a config text in bounded time and memory. Mistakes in the text are in `document.errors`. */
export function readYaml(text: string): YamlText {
  if (text.length > maxCharacters) return {refusal: 'the file is too large for a config (above 50 kB)'};
  if (isDeeperThan(maxDepth, text)) return {refusal: 'lists and sections are nested too deeply'};
  const lines = new LineCounter();
  // The parser's own check for duplicate keys compares all pairs of keys; ours is linear.
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error'});
  return countAliases(document) > maxAliases ? {refusal: tooManyAliases} : {document, lines};
}

export const tooManyAliases = 'too many aliases (*name)';

/** The document as plain values; undefined when its aliases unfold too far or point nowhere. */
export function yamlValue(document: Document): unknown {
  try {
    return document.toJS({maxAliasCount: maxAliases}) as unknown;
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Whether lists and sections may be nested deeper than `limit`; block ones count by the columns where they begin. */
function isDeeperThan(limit: number, text: string): boolean {
  /** Columns of the block collections that are open. */
  const open: number[] = [];
  let [flow, column] = [0, 0];
  /** Column of the line's first token, which is also where the collection begins that its first indicator belongs to. */
  let indent: number | null = null;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-seq-start' || type === 'flow-map-start') flow++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') flow = Math.max(0, flow - 1);
    else if (type === 'flow-error-end') flow = 0;
    else if (flow === 0 && isBlockIndicator(type)) {
      const start = indent ?? column;
      while ((open.at(-1) ?? -1) >= start) open.pop();
      open.push(start);
      indent = column + 1; // A second one in the line is nested in the first.
    }
    if (open.length + flow > limit) return true;
    if (token.endsWith('\n')) [column, indent] = [0, null];
    else {
      if (type !== 'space') indent ??= column;
      column += token.length;
    }
  }
  return false;
}

function isBlockIndicator(type: ReturnType<typeof CST.tokenType>): boolean {
  return type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind';
}

function countAliases(document: Document): number {
  let count = 0;
  visit(document, {Alias: () => void count++});
  return count;
}
