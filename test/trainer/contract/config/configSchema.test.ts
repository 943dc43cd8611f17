import {describe, expect, it} from 'vitest';
import {allowedValues} from '../../../../trainer/contract/config/allowedValues.ts';
import {configSchema, knownKeys, schemaAt} from '../../../../trainer/contract/config/configSchema.ts';

describe('configSchema', () => {
  it('requires only what has no default', () => {
    expect(configSchema().required).toEqual(['name']);
    expect(schemaAt(['merge'], {})?.required).toBeUndefined();
  });

  it('refuses unknown keys, except in the configs of diffusers', () => {
    expect(schemaAt(['decouple'], {})?.additionalProperties).toBe(false);
    expect(schemaAt(['pretrain', 'model'], {})?.additionalProperties).not.toBe(false);
  });

  it('holds no bounds that only say "a safe integer"', () => {
    expect(JSON.stringify(configSchema())).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });
});

describe('schemaAt', () => {
  it('takes the member of a union that the value names', () => {
    expect(knownKeys(schemaAt(['data'], {data: {kind: 'cifar10'}}) ?? {})).not.toContain('resolution');
    expect(knownKeys(schemaAt(['data'], {data: {kind: 'images'}}) ?? {})).toContain('resolution');
  });

  it('keeps all members when the value names none', () => {
    expect(knownKeys(schemaAt(['data'], {data: {}}) ?? {})).toEqual(expect.arrayContaining(['resolution', 'column']));
  });

  it('reaches entries of lists', () => {
    expect(schemaAt(['experts', 3, 'model'], {})?.type).toBe('string');
    expect(schemaAt(['experts', 0, 'range', 1], {})?.minimum).toBe(1);
  });

  it('is undefined for what a config cannot hold', () => {
    expect(schemaAt(['decouple', 'nothing', 'below'], {})).toBeUndefined();
    expect(schemaAt(['constructor'], {})).toBeUndefined();
  });
});

describe('allowedValues', () => {
  it.each([
    [{type: 'integer', minimum: 1}, 'a whole number of at least 1'],
    [{type: 'number'}, 'a number'],
    [{type: 'number', minimum: 0, maximum: 1}, 'a number from 0 to 1'],
    [{type: 'number', minimum: 0, exclusiveMaximum: 1}, 'a number of at least 0 and below 1'],
    [{type: 'number', exclusiveMinimum: 0}, 'a number above 0'],
    [{enum: ['a', 'b', 'c']}, 'a, b or c'],
    [{anyOf: [{type: 'string'}, {type: 'null'}]}, 'text or null'],
    [{type: 'array', items: {type: 'string'}}, 'a list (each text)'],
    [{type: 'array', items: [{const: 1}, {const: 2}]}, 'a list of 2 (1; 2)'],
  ] as const)('%j -> %s', (schema, text) => {
    expect(allowedValues(structuredClone(schema) as Parameters<typeof allowedValues>[0])).toBe(text);
  });
});
