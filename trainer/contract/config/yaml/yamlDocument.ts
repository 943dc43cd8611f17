import {type Document, isCollection, LineCounter, parseDocument, visit} from 'yaml';
import {isDeeperThan} from './yamlDepth.ts';
import {isMergeKey, mergedSections} from './yamlMerge.ts';

/** A text as YAML, with the offsets of its lines; `refusal` is the reason why it is not parsed at all. */
export type YamlText =
  | {readonly document: Document; readonly lines: LineCounter; readonly refusal?: undefined}
  | {readonly refusal: string; readonly document?: undefined; readonly lines?: undefined};

/** A config is a page or two: anything larger is the wrong file. */
const maxCharacters = 50_000;
/**
 * The parser recurses for every level. It must not come near the end of the stack: a regular expression that is compiled there for
 * the first time ends the whole process.
 */
const maxDepth = 64;
/** Also the limit for how far aliases of aliases unfold. */
const maxAliases = 50;

/** An editor asks for problems, lenses and hovers of the same text, one after the other. */
let latest: {readonly text: string; readonly read: YamlText} | undefined;

/** Parses a config text in bounded time and memory. Mistakes in the text are in `document.errors`. The document is shared: do not change it. */
export function readYaml(text: string): YamlText {
  if (latest?.text !== text) latest = {text, read: parseYaml(text)};
  return latest.read;
}

function parseYaml(text: string): YamlText {
  if (text.length > maxCharacters) return {refusal: 'the file is too large for a config (above 50 kB)'};
  if (/[\0\ufffd]/.test(text)) return {refusal: 'the file is not text in UTF-8; save it in that encoding'};
  if (isDeeperThan(maxDepth, text)) return {refusal: 'lists and sections are nested too deeply'};
  const lines = new LineCounter();
  // The parser's own check for duplicate keys compares all pairs of keys; ours is linear.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
    merge: true,
  });
  return countAliases(document) > maxAliases ? {refusal: tooManyAliases} : {document, lines};
}

export const tooManyAliases = 'too many aliases (*name)';

/** The document as plain values; undefined when a key or `<<` is odd, or its aliases unfold too far or point nowhere. */
export function yamlValue(document: Document): unknown {
  if (hasOddPair(document)) return undefined;
  try {
    return document.toJS({maxAliasCount: maxAliases}) as unknown;
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function countAliases(document: Document): number {
  let count = 0;
  visit(document, {Alias: () => void count++});
  return count;
}

/** Whether a key is a list or a section, which the library would turn into text, or what `<<` takes over is none. */
function hasOddPair(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, {key, value}) => {
      found ||= isCollection(key) || (isMergeKey(key) && mergedSections(value, document) === undefined);
    },
  });
  return found;
}
