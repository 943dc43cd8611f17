import * as z from 'zod';
import {DemeConfig} from './config.ts';

/** One node of a JSON Schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;
/** Keys and indices that lead from the top of a config to a value. */
export type ConfigPath = readonly (string | number)[];

let cached: JsonSchema | undefined;

/** What a config file may hold, as JSON Schema (draft 07): for editors, for the documents and for error messages. */
export function configSchema(): JsonSchema {
  // The input side: on the output side every key that has a default would be required.
  cached ??= z.toJSONSchema(DemeConfig, {io: 'input', target: 'draft-07', override: dropSafeIntegerBounds});
  return cached;
}

/** The schema of the value at `path`; `root`, the parsed config, decides which member of a union counts. */
export function schemaAt(path: ConfigPath, root: unknown): JsonSchema | undefined {
  let schema: JsonSchema | undefined = configSchema();
  let value: unknown = root;
  for (const segment of path) {
    schema = schema && childSchema(chooseMember(schema, value), segment);
    value = childValue(value, segment);
  }
  return schema && chooseMember(schema, value);
}

/** The keys that a section may hold, those of all members for a union. */
export function knownKeys(schema: JsonSchema): string[] {
  return [...new Set(members(schema).flatMap((member) => Object.keys(member.properties ?? {})))];
}

/** The value under a key or index; undefined where there is none. */
export function childValue(value: unknown, segment: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
  return (value as Record<string | number, unknown>)[segment];
}

/** The members of a union, unions inside it opened; a plain schema is its own only member. */
export function members(schema: JsonSchema): JsonSchema[] {
  const options = schema.anyOf ?? schema.oneOf;
  return options === undefined ? [schema] : options.filter(isSchema).flatMap(members);
}

function isSchema(schema: JsonSchema | boolean | undefined): schema is JsonSchema {
  return typeof schema === 'object';
}

/** zod writes the range of safe integers to every integer; in a completion or a table that is noise. */
function dropSafeIntegerBounds({jsonSchema}: {jsonSchema: JsonSchema}): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

/** The member whose constant keys (`kind: mnist`) equal those of the value, which may leave out one with a default, or the whole union when none or several do. */
function chooseMember(schema: JsonSchema, value: unknown): JsonSchema {
  const fitting = members(schema).filter((member) => {
    const constants = Object.entries(member.properties ?? {}).filter(
      ([, property]) => isSchema(property) && 'const' in property,
    );
    return constants.every(
      ([key, property]) => isSchema(property) && property.const === (childValue(value, key) ?? property.default),
    );
  });
  return fitting.length === 1 ? (fitting[0] ?? schema) : schema;
}

function childSchema(schema: JsonSchema, segment: string | number): JsonSchema | undefined {
  const children = members(schema)
    .map((member) => (typeof segment === 'string' ? member.properties?.[segment] : itemSchema(member, segment)))
    .filter(isSchema);
  return children.length > 1 ? {anyOf: children} : children[0];
}

function itemSchema({items}: JsonSchema, index: number): JsonSchema | undefined {
  const item = Array.isArray(items) ? items[index] : items;
  return isSchema(item) ? item : undefined;
}
