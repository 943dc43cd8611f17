import type {MergeRecord} from '../../contract/run/records.ts';
import {mergeModels, type MergeRequest} from '../files/mergeFiles.ts';
import type {RecipeInputs} from './findInputs.ts';

/**
 * Reproduces a merge from its recipe, byte for byte: weights, metadata and records are those of the model that the recipe came with (before folding, if
 * that was folded).
 */
export async function reproduceMerge(
  recipe: MergeRecord,
  {base, experts}: RecipeInputs,
  target: Pick<MergeRequest, 'out' | 'replaces' | 'predictionType' | 'signal' | 'onProgress'>,
): Promise<MergeRecord> {
  const {method, dtype, tool, rules} = recipe;
  return mergeModels({
    ...target,
    base,
    experts: experts.map((path, i) => ({path, range: recipe.experts[i]?.range})),
    weights: recipe.experts.map(({weight}) => weight),
    method,
    dtype,
    tool,
    rules: rules?.map(({match, weights}) => ({match, weights})),
    record: withoutFold(recipe),
  });
}

function withoutFold({folded: _, ...record}: MergeRecord): MergeRecord {
  return record;
}
