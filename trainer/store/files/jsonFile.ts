import type * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {writeFileAtomic} from './atomicFile.ts';
import {refuseJson, defaultLimits, type JsonLimits} from './jsonLimits.ts';
import {fromPythonJson} from './pythonJson.ts';
import {readRegularFile} from './regularFile.ts';

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The file's value as `schema` parses it. `what` names the file's meaning in errors, as in "the run record". */
export async function readJson<T extends z.ZodType>(
  path: string,
  schema: T,
  what: string,
  limits: JsonLimits = defaultLimits,
): Promise<z.output<T>> {
  return parseJson(await readText(path, what, limits.bytes), schema, what, path, limits);
}

/** The value of a file that Python's json module wrote; its infinite numbers are read as such. */
export async function readPythonJson<T extends z.ZodType>(path: string, schema: T, what: string): Promise<z.output<T>> {
  return parseJson(fromPythonJson(await readText(path, what, defaultLimits.bytes)), schema, what, path);
}

async function readText(path: string, what: string, maxBytes: number): Promise<string> {
  return (await readRegularFile(path, maxBytes, what)).toString('utf8');
}

/** The same; null where there is no such file. One look instead of two, between which the file might come or go. */
export async function readJsonIfThere<T extends z.ZodType>(
  path: string,
  schema: T,
  what: string,
): Promise<z.output<T> | null> {
  return readJson(path, schema, what).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'file-missing') return null;
    throw error;
  });
}

/** JSON text against a schema, in bounded time and memory. `where` names the file in errors. */
export function parseJson<T extends z.ZodType>(
  text: string,
  schema: T,
  what: string,
  where: string,
  limits: JsonLimits = defaultLimits,
): z.output<T> {
  const refusal = refuseJson(text, limits);
  if (refusal !== undefined) throw new UserError('json-refused', `This is not read as ${what}: ${refusal}.`, {where});
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError('json-invalid', `This is not valid JSON, so ${what} cannot be read.`, {where, cause});
  }
  return checkValue(value, schema, what, where);
}

/** An already parsed value, or a part of one, against a schema. */
export function checkValue<T extends z.ZodType>(value: unknown, schema: T, what: string, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError('content-invalid', `Wrong content for ${what}: ${listIssues(result.error)}.`, {
    where,
    cause: result.error,
  });
}

/** More mistakes than that in one file are not listed. */
const maxIssues = 5;

function listIssues({issues}: z.ZodError): string {
  const texts = issues
    .slice(0, maxIssues)
    .map(({path, message}) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  const rest = issues.length - texts.length;
  return rest > 0 ? `${texts.join('; ')}; and ${rest} more` : texts.join('; ');
}
