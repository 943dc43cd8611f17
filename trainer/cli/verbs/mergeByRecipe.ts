import {resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {MergeRecord} from '../../contract/run/records.ts';
import {findInputs} from '../../merge/recipe/findInputs.ts';
import {readRecipe} from '../../merge/recipe/readRecipe.ts';
import {reproduceMerge} from '../../merge/recipe/reproduceMerge.ts';
import {toolVersion} from '../../pipeline/owner/toolVersion.ts';
import {placesNear} from '../../pipeline/owner/placesNear.ts';
import {requireApart} from '../../store/files/pathIdentity.ts';
import {mergeLines, type MergeOptions} from './mergeByOptions.ts';
import {printResult, type ExitCode} from '../outcome.ts';
import {whileMerging} from '../view/whileMerging.ts';

export interface RecipeOptions extends MergeOptions {
  recipe?: string;
  /** Folders to look for the inputs in. */
  inputs?: readonly string[];
}

/** `deme merge --recipe FILE --out Y`: makes a merged model again, byte for byte, from inputs that it finds by their hashes. */
export async function mergeByRecipe(options: RecipeOptions & {recipe: string}): Promise<ExitCode> {
  const {recipe: path, out, overwrite, predictionType, inputs = []} = options;
  if (out === undefined) throw new UserError('argument-missing', 'A merge by recipe needs --out.');
  const mixed = (['base', 'expert', 'weights', 'range', 'dtype', 'method', 'set', 'rule'] as const).filter(
    (name) => name in options,
  );
  if (mixed.length > 0) {
    throw new UserError('arguments-mixed', `The recipe says how to merge, so --${mixed.join(', --')} cannot be given.`);
  }
  const recipe = await readRecipe(path);
  await requireApart(resolve(out), [path]);
  const found = await findInputs(recipe, [...inputs, ...(await placesNear(path))]);
  const record = await whileMerging(options, async (watch) => {
    const made = await reproduceMerge(recipe, found, {
      out,
      replaces: overwrite === true ? 'existing' : undefined,
      predictionType,
      ...watch,
    });
    return recipe.folded ? fold(out, made) : made;
  });
  printResult(options, {out, record}, [...notesOf(recipe), ...mergeLines(out, record)]);
  return 0;
}

/** The tensor library is loaded for this alone. */
async function fold(out: string, record: MergeRecord): Promise<MergeRecord> {
  const {foldMerged} = await import('../../pipeline/stages/foldMerged.ts');
  const {startEngine} = await import('../../engine/startEngine.ts');
  await startEngine({name: 'wasm'});
  await foldMerged(out, record);
  return {...record, folded: true};
}

function notesOf({tool}: MergeRecord): string[] {
  return tool === toolVersion() ? [] : [`note: the recipe was made by ${tool}, this is ${toolVersion()}`];
}
