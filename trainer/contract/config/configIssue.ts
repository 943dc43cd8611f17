import type * as z from 'zod';
import {allowedValues, listWithOr} from './allowedValues.ts';
import {childValue, type ConfigPath, type JsonSchema, knownKeys, members, schemaAt} from './configSchema.ts';
import {nearestName} from './nearestName.ts';

/** A mistake in a config before it is placed in the text: what is wrong, and what would be allowed instead. */
export interface ConfigIssue {
  readonly message: string;
  readonly path: ConfigPath;
  readonly allowed?: string;
  /** Whether the key itself is wrong, not its value. */
  readonly atKey: boolean;
  /** The known name that was most likely meant. */
  readonly suggestion?: string;
}

/** Unknown keys reported of one section: a file with thousands of them is not a config. */
const maxUnknownKeys = 50;

/** One issue of zod, in the user's words; several for several unknown keys. `root` is the parsed config. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): ConfigIssue[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxUnknownKeys).map((key) => unknownKey([...path, key], root));
  }
  if (issue.code === 'invalid_key') return [wrongKey(path, issue.issues[0]?.message)];
  if (issue.code === 'custom') return [{message: `${settingName(path)}: ${issue.message}`, path, atKey: false}];
  return [wrongValue(path, root, issue.code === 'invalid_format' ? issue.message : undefined)];
}

/** `decouple.optimizer.betas[1]` */
export function settingName(path: ConfigPath): string {
  const name = path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${segment}`)).join('');
  return path.length === 0 ? 'the config' : name.replace(/^\./, '');
}

function unknownKey(path: ConfigPath, root: unknown): ConfigIssue {
  const section = schemaAt(path.slice(0, -1), root);
  const keys = section === undefined ? [] : knownKeys(section);
  const near = nearestName(String(path.at(-1)), keys);
  const message = `unknown key ${settingName(path)}`;
  if (near !== undefined) return {message: `${message}; did you mean ${near}?`, path, atKey: true, suggestion: near};
  return {message, path, allowed: listWithOr(keys), atKey: true};
}

/** In a section whose keys are names that the user chooses. */
function wrongKey(path: ConfigPath, allowed: string | undefined): ConfigIssue {
  const name = JSON.stringify(String(path.at(-1)));
  return {message: `${name} is no name for an entry of ${settingName(path.slice(0, -1))}`, path, allowed, atKey: true};
}

function wrongValue(path: ConfigPath, root: unknown, format: string | undefined): ConfigIssue {
  const schema = schemaAt(path, root);
  const value = path.reduce<unknown>(childValue, root);
  const allowed = format ?? (schema && allowedValues(schema));
  const suggestion = schema && nearestValue(value, schema);
  return {message: `${settingName(path)} ${describeValue(value)}`, path, allowed, atKey: false, suggestion};
}

function nearestValue(value: unknown, schema: JsonSchema): string | undefined {
  const names = members(schema).flatMap(
    ({enum: options, const: only}) => options ?? (only === undefined ? [] : [only]),
  );
  return typeof value === 'string' ? nearestName(value, names.map(String)) : undefined;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return `is a list of ${value.length}`;
  if (typeof value === 'object') return 'is a section';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value); // JSON has no NaN
  return `is ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
}
