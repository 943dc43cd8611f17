import {readFile} from 'node:fs/promises';
import type * as z from 'zod';
import {fileExists} from '../../../store/files/fileExists.ts';

/** A record of an installation; null where there is none, or a damaged one, or one of another version: installing mends them all. */
export async function readRecord<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | null> {
  if (!(await fileExists(path))) return null;
  const text = await readFile(path, 'utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
