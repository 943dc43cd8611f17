import {readFile} from 'node:fs/promises';
import type {z} from 'zod';
import {UserError} from '../contract/errors.ts';
import {writeFileAtomic} from './atomicFile.ts';

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The file's value as `schema` parses it. `what` names the file's meaning in errors, as in "the run record". */
export async function readJson<T extends z.ZodType>(path: string, schema: T, what: string): Promise<z.output<T>> {
  return parseJson(await readText(path, what), schema, what, path);
}

/** JSON text, or an already parsed part of it, against a schema. `where` names the file in errors. */
export function parseJson<T extends z.ZodType>(text: string, schema: T, what: string, where: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError('json-invalid', `This is not valid JSON, so ${what} cannot be read.`, {where, cause});
  }
  return checkValue(value, schema, what, where);
}

export function checkValue<T extends z.ZodType>(value: unknown, schema: T, what: string, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError('content-invalid', `Wrong content for ${what}: ${listIssues(result.error)}.`, {
    where,
    cause: result.error,
  });
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError(
      'file-missing',
      `Cannot read ${what}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}.`,
      {
        where: path,
        cause,
      },
    );
  }
}

function listIssues(error: z.ZodError): string {
  return error.issues
    .map(({path, message}) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
