import {type JsonSchema, members} from './configSchema.ts';

/** What a setting accepts, in words: `a whole number of at least 1`, `full, stock-compatible or off`. */
export function allowedValues(schema: JsonSchema): string {
  return listWithOr([...new Set(members(schema).flatMap(memberTexts))]);
}

/** `a, b or c` */
export function listWithOr(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

function memberTexts(schema: JsonSchema): string[] {
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map(String);
  switch (schema.type) {
    case 'integer':
      return [numberText('a whole number', schema)];
    case 'number':
      return [numberText('a number', schema)];
    case 'boolean':
      return ['true', 'false'];
    case 'array':
      return [arrayText(schema)];
    case 'object':
      return ['a section'];
    case 'string':
      return ['text'];
    default:
      return [String(schema.type ?? 'any value')];
  }
}

function numberText(noun: string, {minimum, maximum, exclusiveMinimum, exclusiveMaximum}: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  const low = bound('above', exclusiveMinimum) ?? bound('of at least', minimum);
  const high = bound('below', exclusiveMaximum) ?? bound('of at most', maximum);
  return [noun, [low, high].filter((text) => text !== undefined).join(' and ')].join(' ').trim();
}

function bound(words: string, value: number | boolean | undefined): string | undefined {
  return typeof value === 'number' ? `${words} ${value}` : undefined;
}

function arrayText({items, minItems}: JsonSchema): string {
  if (Array.isArray(items)) return `a list of ${items.length} (${items.map(itemText).join('; ')})`;
  const entries = items === undefined ? '' : ` (each ${itemText(items)})`;
  return `a list${minItems === undefined ? '' : ` of at least ${minItems}`}${entries}`;
}

function itemText(item: JsonSchema | boolean): string {
  return typeof item === 'boolean' ? 'any value' : allowedValues(item);
}
