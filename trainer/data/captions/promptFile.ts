import * as z from 'zod';
import type {PromptFile} from '../../contract/config/evaluateConfig.ts';
import {captionColumns} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {createRandom, permutation} from '../../random.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';
import {isTable, readTable} from './metadataTable.ts';

const largestFile = 100_000_000;
const Prompts = z.array(z.string());
/** PartiPrompts has the first of them. */
const promptColumns = ['Prompt', ...captionColumns];

interface NumberedPrompt {
  readonly text: string;
  /** From 1; of a JSON list the place in it. */
  readonly line: number;
}

/**
 * The texts of a file, empty ones included: a column of a `.csv`, `.tsv` or `.jsonl` (left out: the first that is called like one for prompts or
 * captions), the strings of a JSON list, else its lines. Throws a UserError.
 */
export async function readPrompts(path: string, column?: string): Promise<string[]> {
  return (await numberedPrompts(path, column)).map(({text}) => text);
}

/**
 * The prompts that a config takes from a file at `path`: all, the first `limit`, or as many that `seed` draws, in their order. Throws a UserError with
 * the line of one that is empty.
 */
export async function readPromptFile(path: string, {column, limit, seed}: Omit<PromptFile, 'file'>): Promise<string[]> {
  const prompts = await numberedPrompts(path, column);
  const empty = prompts.find(({text}) => text.trim() === '');
  if (empty || prompts.length === 0) {
    const where = empty ? `${path}:${empty.line}` : path;
    const message = empty ? `The prompt of line ${empty.line} is empty.` : 'This file has no prompts.';
    throw new UserError('prompts-invalid', message, {where, hint: 'Give one text in each line.'});
  }
  if (limit !== undefined && limit > prompts.length) {
    const message = `${limit} prompts are wanted, and this file has ${prompts.length}.`;
    throw new UserError('prompts-invalid', message, {where: path, hint: 'Lower the limit of the prompts.'});
  }
  const count = prompts.length;
  const chosen =
    seed === undefined
      ? Array.from({length: limit ?? count}, (_, i) => i)
      : Array.from(permutation(count, createRandom(seed, 'prompts')).subarray(0, limit)).sort((a, b) => a - b);
  return chosen.flatMap((i) => prompts[i]?.text ?? []);
}

async function numberedPrompts(path: string, column: string | undefined): Promise<NumberedPrompt[]> {
  if (isTable(path)) return tablePrompts(path, column);
  if (column !== undefined) {
    throw new UserError('prompts-invalid', 'Only tables have columns.', {
      where: path,
      hint: 'Give a .csv, .tsv or .jsonl file, or leave the column out.',
    });
  }
  const text = (await readRegularFile(path, largestFile, 'the prompts')).toString('utf8').replace(/^\ufeff/, '');
  const texts = path.endsWith('.json') ? jsonPrompts(text, path) : text.replace(/\r?\n$/, '').split(/\r?\n/);
  return texts.map((text, i) => ({text, line: i + 1}));
}

function jsonPrompts(text: string, where: string): string[] {
  try {
    return Prompts.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError('prompts-invalid', 'This is not a JSON list of texts.', {where, cause});
  }
}

async function tablePrompts(path: string, column: string | undefined): Promise<NumberedPrompt[]> {
  const prompts: NumberedPrompt[] = [];
  let found = column;
  for (const {row, line} of await readTable(path)) {
    found ??= promptColumns.find((name) => name in row);
    if (found === undefined || !(found in row)) {
      const sought = column === undefined ? `none of the columns ${promptColumns.join(', ')}` : `no column ${column}`;
      throw new UserError('prompts-column', `Line ${line} has ${sought}.`, {
        where: `${path}:${line}`,
        hint: `Name one of ${Object.keys(row).slice(0, 20).join(', ')}.`,
      });
    }
    const text = row[found];
    if (typeof text !== 'string') {
      const message = `Line ${line} has something else than a text as ${found}.`;
      throw new UserError('prompts-invalid', message, {where: `${path}:${line}`});
    }
    prompts.push({text, line});
  }
  return prompts;
}
