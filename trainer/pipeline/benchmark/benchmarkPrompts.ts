import {join, resolve} from 'node:path';
import type {BenchmarkName} from '../../contract/benchmark/benchmarkPlan.ts';
import type {BenchmarkRecipe} from '../../contract/benchmark/benchmarkResult.ts';
import {promptFileOf, type PromptFile} from '../../contract/config/evaluateConfig.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {readPromptFile} from '../../data/captions/promptFile.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {benchmarks} from './benchmarks.ts';

/** Sentences that are made of a list lie in this file of the folder of the benchmark. */
const madeFile = 'prompts.txt';

/** What the config of a benchmark draws by; undefined for a model without prompts. */
export function promptSettings(name: BenchmarkName): PromptFile | undefined {
  const {prompts} = benchmarks[name];
  if (prompts === undefined) return undefined;
  if (prompts.template !== undefined) return {file: madeFile};
  return {file: prompts.file, ...(prompts.column !== undefined && {column: prompts.column})};
}

/** The texts of the list that a user has put there; none for a benchmark without. Throws a UserError. */
export async function listedTexts(name: BenchmarkName, folder: string): Promise<string[]> {
  const {prompts} = benchmarks[name];
  return prompts === undefined ? [] : readPromptFile(join(folder, prompts.file), {column: prompts.column});
}

/** Writes the sentences that a benchmark makes of its list, where it does so. */
export async function writePrompts(name: BenchmarkName, folder: string): Promise<void> {
  const template = benchmarks[name].prompts?.template;
  if (template === undefined) return;
  const sentences = (await listedTexts(name, folder)).map((text) => template.replace('{}', () => text.trim()));
  await writeFileAtomic(join(folder, madeFile), `${sentences.join('\n')}\n`);
}

/** The prompts of a config, for the recipe of its numbers. */
export async function promptRecord({config, folder}: ResolvedConfig): Promise<BenchmarkRecipe['prompts']> {
  const prompts = promptFileOf(config.evaluate?.sampling ?? {});
  if (prompts === null) return null;
  const path = resolve(folder, prompts.file);
  return {file: path, count: (await readPromptFile(path, prompts)).length, sha256: await hashFile(path)};
}
