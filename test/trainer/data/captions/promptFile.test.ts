import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readPromptFile, readPrompts} from '../../../../trainer/data/captions/promptFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

async function fileOf(name: string, text: string): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

/** As PartiPrompts has it: with quotes that quote nothing. */
const parti = 'Prompt\tCategory\tChallenge\tNote\nbond\tAbstract\tBasic\t\na sign with "Hi"\tSigns\tWriting\t"x" y\n';
const coco = 'file_name,caption\na.jpg,"A cat, asleep"\nb.jpg,"Two ""big"" dogs"\n';

describe('a file of prompts', () => {
  it.each([
    ['lines.txt', '\ufeffa cat\r\na dog\r\n', undefined, ['a cat', 'a dog']],
    ['list.json', '["a cat", "a dog"]', undefined, ['a cat', 'a dog']],
    ['parti.tsv', parti, undefined, ['bond', 'a sign with "Hi"']],
    ['parti.tsv', parti, 'Category', ['Abstract', 'Signs']],
    ['coco.csv', coco, undefined, ['A cat, asleep', 'Two "big" dogs']],
    ['rows.jsonl', '{"a": "one"}\n{"a": "two"}\n', 'a', ['one', 'two']],
  ])('is read from %s', async (name, text, column, prompts) => {
    const file = await fileOf(name, text);
    expect(await readPrompts(file, column)).toEqual(prompts);
    expect(await readPromptFile(file, {column})).toEqual(prompts);
  });

  it('gives its first prompts, or those that a seed draws, in their order', async () => {
    const prompts = Array.from({length: 40}, (_, i) => `prompt ${i}`);
    const file = await fileOf('p.txt', prompts.join('\n'));
    expect(await readPromptFile(file, {limit: 3})).toEqual(prompts.slice(0, 3));
    const drawn = await readPromptFile(file, {limit: 10, seed: 1});
    expect(drawn).toEqual(prompts.filter((prompt) => drawn.includes(prompt)));
    expect(new Set(drawn).size).toBe(10);
    expect(await readPromptFile(file, {limit: 10, seed: 1})).toEqual(drawn);
    expect(await readPromptFile(file, {limit: 10, seed: 2})).not.toEqual(drawn);
    expect(await readPromptFile(file, {seed: 2})).toEqual(prompts);
  });

  it.each([
    ['p.txt', 'a cat\n\na dog\n', {}, 'prompts-invalid', ':2'],
    ['p.txt', 'a cat\n', {limit: 2}, 'prompts-invalid', ''],
    ['p.txt', 'a cat\n', {column: 'Prompt'}, 'prompts-invalid', ''],
    ['p.tsv', 'Prompt\nbond\n" "\n', {}, 'prompts-invalid', ':3'],
    ['p.csv', 'name\na\n', {}, 'prompts-column', ':2'],
    ['p.tsv', parti, {column: 'prompts'}, 'prompts-column', ':2'],
    ['p.jsonl', '{"text": 1}\n', {}, 'prompts-invalid', ':1'],
    ['p.json', '{}', {}, 'prompts-invalid', ''],
    ['p.csv', 'Prompt\n', {}, 'prompts-invalid', ''],
  ])('is refused: %s of %j with %j', async (name, text, choice, code, line) => {
    const file = await fileOf(name, text);
    await expect(readPromptFile(file, choice)).rejects.toMatchObject({code, where: `${file}${line}`});
  });

  it('is refused where it is missing', async () => {
    const where = join(await temporaryFolder(), 'nowhere.txt');
    await expect(readPromptFile(where, {})).rejects.toMatchObject({code: 'file-missing', where});
  });
});
