import * as z from 'zod';
import {UserError} from '../../../contract/errors.ts';
import {readRegularFile} from '../../../store/files/regularFile.ts';

const largestFile = 100_000_000;
const Prompts = z.array(z.string());

/** The texts of a file: the strings of a JSON list where its name ends in `.json`, else its lines, empty ones included. */
export async function readPrompts(path: string): Promise<string[]> {
  const text = (await readRegularFile(path, largestFile)).toString('utf8');
  if (!path.endsWith('.json')) return text.replace(/\r?\n$/, '').split(/\r?\n/);
  try {
    return Prompts.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('prompts-invalid', 'This is not a JSON list of texts.', {where: path, cause});
  }
}
