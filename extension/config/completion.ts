import {allowedValues} from '../../trainer/contract/config/allowedValues.ts';
import {outlineConfig} from '../../trainer/contract/config/configOutline.ts';
import {
  childValue,
  knownKeys,
  members,
  schemaAt,
  type ConfigPath,
  type JsonSchema,
} from '../../trainer/contract/config/configSchema.ts';

/** Something that may be written at a position of a config. */
export interface Suggestion {
  readonly label: string;
  readonly isKey: boolean;
  readonly insert: string;
  /** What it accepts, or what it is the value of. */
  readonly detail: string;
  readonly documentation: string;
  /** Characters of the line that it replaces, counted from 0. */
  readonly from: number;
  readonly to: number;
}

/** Stands for the word that is being typed, so that the parser says where it belongs. */
const stand = 'DemeCursorStandsHere';

/** What may be written at a position (line and character counted from 0) of a text that may be half typed. */
export function suggestionsAt(text: string, line: number, character: number): Suggestion[] {
  const lines = text.split('\n');
  const current = (lines[line] ?? '').replace(/\r$/, '');
  const from = character - (/[\w.-]*$/.exec(current.slice(0, character))?.[0].length ?? 0);
  const to = character + (/^[\w.-]*/.exec(current.slice(character))?.[0].length ?? 0);
  const [before, after] = [current.slice(0, from), current.slice(to)];
  const isValue = /[\w"']\s*:\s+$/.test(before);
  if (!isValue && !/^\s*(- +)*$|[{,]\s*$/.test(before)) return [];
  const hasColon = /^\s*:/.test(after);
  lines[line] = `${before}${stand}${isValue || hasColon ? '' : ': '}${after}`;
  const {value} = outlineConfig(lines.join('\n'));
  const path = pathOf(value, isValue);
  if (path === undefined) return [];
  const place = {from, to};
  if (isValue) return valueSuggestions(path, value, place);
  const isFlow = /[{,]\s*$/.test(before);
  if (typeof path.at(-1) === 'number') {
    const entries = entrySuggestions(path, value, {...place, isFlow});
    if (entries.length > 0) return entries;
  }
  return keySuggestions(path, value, {...place, hasColon, indent: before.length, isFlow});
}

interface KeyPlace {
  readonly from: number;
  readonly to: number;
  readonly hasColon: boolean;
  readonly indent: number;
  readonly isFlow: boolean;
}

/** The section in which the stand-in is a key, or the setting of which it is the value. */
function pathOf(value: unknown, isValue: boolean, path: ConfigPath = []): ConfigPath | undefined {
  if (isValue && value === stand) return path;
  if (typeof value !== 'object' || value === null) return undefined;
  if (!isValue && Object.hasOwn(value, stand)) return path;
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, i): [number, unknown] => [i, item])
    : Object.entries(value);
  for (const [key, child] of entries) {
    const found = pathOf(child, isValue, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keySuggestions(path: ConfigPath, root: unknown, place: KeyPlace): Suggestion[] {
  const section = schemaAt(path, root);
  if (section === undefined) return [];
  const written = path.reduce<unknown>(childValue, root) as Record<string, unknown>;
  return knownKeys(section)
    .filter((key) => !Object.hasOwn(written, key))
    .flatMap((key) => {
      const schema = schemaAt([...path, key], root);
      return schema === undefined ? [] : [keySuggestion(key, schema, place)];
    });
}

function keySuggestion(key: string, schema: JsonSchema, {from, to, hasColon, indent, isFlow}: KeyPlace): Suggestion {
  const isSection = members(schema).some(({type}) => type === 'object');
  const opened = isSection && !isFlow ? `${key}:\n${' '.repeat(indent + 2)}` : `${key}: `;
  const detail = allowedValues(schema);
  return {label: key, isKey: true, insert: hasColon ? key : opened, detail, documentation: docText(schema), from, to};
}

function valueSuggestions(path: ConfigPath, root: unknown, place: {from: number; to: number}): Suggestion[] {
  const schema = schemaAt(path, root);
  if (schema === undefined) return [];
  const detail = String(path.at(-1));
  return [...new Set(members(schema).flatMap(plainValues))].map((label) => {
    return {label, isKey: false, insert: label, detail, documentation: docText(schema), ...place};
  });
}

/**
 * Entries of a list of texts, such as prompts: those of the config's other lists of that name, so that models are drawn by the same, then the
 * examples of the schema.
 */
function entrySuggestions(path: ConfigPath, root: unknown, {from, to, isFlow}: Omit<KeyPlace, 'hasColon' | 'indent'>) {
  const listPath = path.slice(0, -1);
  const [entry, list] = [schemaAt(path, root), schemaAt(listPath, root)];
  if (entry?.type !== 'string' || list === undefined) return [];
  const written: unknown = listPath.reduce<unknown>(childValue, root);
  const detail = String(listPath.at(-1));
  const texts = [...listsNamed(detail, root).flat(), ...(entry.examples ?? [])].filter(isText);
  return [...new Set(texts)]
    .filter((text) => !(Array.isArray(written) && written.includes(text)))
    .map((text): Suggestion => {
      return {
        label: text,
        isKey: false,
        insert: yamlText(text, isFlow),
        detail,
        documentation: docText(list),
        from,
        to,
      };
    });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** All lists under a key of that name, wherever it is. */
function listsNamed(name: string, value: unknown): unknown[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    key === name && Array.isArray(child) ? [child] : listsNamed(name, child),
  );
}

/** A text as it may stand in YAML: in quotes where it could be taken for something else. */
function yamlText(text: string, isFlow: boolean): string {
  const isPlain =
    /^\p{L}[^:#\p{C}]*$/u.test(text) && text === text.trim() && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain && !(isFlow && /[,[\]{}]/.test(text)) ? text : JSON.stringify(text);
}

function plainValues(schema: JsonSchema): string[] {
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map(String);
  if (schema.type === 'boolean') return ['true', 'false'];
  if (schema.type === 'null') return ['null'];
  const isPlain = ['number', 'string'].includes(typeof schema.default);
  return isPlain ? [String(schema.default)] : [];
}

/** `Probability of … Default: 0.3.` */
export function docText(schema: JsonSchema): string {
  const {description = '', default: value} = schema;
  const isSection = members(schema).some(({type}) => type === 'object');
  const fallback = value === undefined || isSection ? '' : `Default: \`${JSON.stringify(value)}\`.`;
  return [description, fallback].filter((part) => part !== '').join('\n\n');
}
