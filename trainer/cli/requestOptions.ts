import {InvalidArgumentError, Option, type Command} from 'commander';
import * as z from 'zod';
import {UserError} from '../contract/errors.ts';
import {optionFlag} from '../contract/measurements/measurementRequest.ts';
import {numberList} from './arguments.ts';

/** What options need of the JSON schema of a property. */
interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

/** Adds an option for each property of a request: `--images <number>` for `images: z.int()`. A request is flat. */
export function addRequestOptions(command: Command, schema: z.ZodType): void {
  for (const [name, property] of propertiesOf(schema)) command.addOption(optionOf(name, property));
}

/** The request that options say. Throws a UserError that names the option where a value does not fit. */
export function requestOf<Request>(schema: z.ZodType<Request>, options: object): Request {
  const given = new Map<string, unknown>(Object.entries(options));
  const names = propertiesOf(schema).map(([name]) => name);
  const request = schema.safeParse(Object.fromEntries(names.map((name) => [name, given.get(name)])));
  if (request.success) return request.data;
  const [issue] = request.error.issues;
  throw new UserError('argument-invalid', `${optionFlag(String(issue?.path[0]))}: ${issue?.message}`);
}

function propertiesOf(schema: z.ZodType): [string, Property][] {
  return Object.entries(z.toJSONSchema(schema, {io: 'input'}).properties ?? {}) as [string, Property][];
}

function optionOf(name: string, {type, description, default: value, enum: values}: Property): Option {
  const flag = optionFlag(name);
  const option = (placeholder: string) => new Option(`${flag}${placeholder}`, description).default(value);
  switch (type) {
    case 'boolean':
      return option('');
    case 'array':
      return option(' <list>').default(value, value?.toString()).argParser(numberList);
    case 'string':
      return values === undefined ? option(' <text>') : option(' <name>').choices(values);
    default:
      return option(' <number>').argParser(oneNumber);
  }
}

function oneNumber(text: string): number {
  const [value, ...more] = numberList(text);
  if (value !== undefined && more.length === 0) return value;
  throw new InvalidArgumentError('Give a number.');
}
