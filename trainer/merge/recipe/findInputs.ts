import {readdir, stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import type {MergeRecord} from '../../contract/run/records.ts';
import {weightsEndings} from '../../contract/model/weightsEndings.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {modelHash} from '../../store/weights/modelFolder.ts';

type Input = MergeRecord['base'];

export interface RecipeInputs {
  readonly base: string;
  /** In the order of the recipe. */
  readonly experts: readonly string[];
}

/** Most entries of a folder that are examined; a folder with more is not a folder of models. */
const maxModels = 1000;

/**
 * Finds the inputs of a recipe by the SHA-256 of their weights, whatever they are called now, among `places`: models, and folders whose
 * entries are models. Models with the recorded name are tried first, so that usually nothing else is read. Throws a UserError that names a missing
 * input.
 */
export async function findInputs({base, experts}: MergeRecord, places: readonly string[]): Promise<RecipeInputs> {
  const models = await modelsIn(places);
  const hashes = new Map<string, Promise<string | null>>();
  const hashOf = (path: string) => hashes.get(path) ?? remember(hashes, path);
  const find = (input: Input, label: string) => findInput(input, label, models, hashOf);
  const found: string[] = [];
  for (const [i, expert] of experts.entries()) found.push(await find(expert, `expert ${i}`));
  return {base: await find(base, 'the base'), experts: found};
}

async function findInput(
  {name, sha256}: Input,
  label: string,
  models: readonly string[],
  hashOf: (path: string) => Promise<string | null>,
): Promise<string> {
  const ordered = models.toSorted((a, b) => Number(basename(b) === name) - Number(basename(a) === name));
  for (const model of ordered) if ((await hashOf(model)) === sha256) return model;
  throw new UserError(
    'recipe-input',
    `${label} of the recipe, ${name} (SHA-256 ${sha256.slice(0, 12)}...), is not there.`,
    {
      where: models.length === 0 ? 'no model was found' : `none of ${models.length} models`,
      hint: 'Name the folder that it lies in with --inputs.',
    },
  );
}

/** Null for anything that is not a readable model, and hence not the wanted input. */
function remember(hashes: Map<string, Promise<string | null>>, path: string): Promise<string | null> {
  const hash = modelHash(path).catch((error: unknown) => (isSystemError(error) ? null : nullForUserError(error)));
  hashes.set(path, hash);
  return hash;
}

async function modelsIn(places: readonly string[]): Promise<string[]> {
  const models = new Set<string>();
  for (const place of places) {
    if (!(await fileExists(place)))
      throw new UserError('recipe-place', 'There is no such file or folder.', {where: place});
    models.add(place);
    if (!(await isFolder(place))) continue;
    for (const name of (await readdir(place)).sort().slice(0, maxModels)) {
      const path = join(place, name);
      if (weightsEndings.some((ending) => name.endsWith(`.${ending}`)) || (await isFolder(path))) models.add(path);
    }
  }
  return [...models];
}

/** Whether the path is a folder; a broken link is not. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
