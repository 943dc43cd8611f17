import {join} from 'node:path';
import {DigitClassifierRecipe} from '../../contract/model/digitClassifier.ts';
import {UserError} from '../../contract/errors.ts';
import {loadWeights} from '../../models/loadParams.ts';
import type {Params} from '../../nn/params.ts';
import {packageRoot} from '../../packageRoot.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {openSafetensors} from '../../store/weights/safetensors.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {digitClassifierShapes} from './digitClassifier.ts';

/** File names in the folder of a classifier. */
export const digitFiles = {weights: 'classifier.safetensors', recipe: 'recipe.json'} as const;

/** The feature network of the digit metrics. The tensors belong to the caller. */
export interface DigitClassifier {
  readonly params: Params;
  readonly recipe: DigitClassifierRecipe;
}

/** Loads the digit classifier of a folder, by default the bundled one, and checks its weights against its recipe. */
export async function loadDigitClassifier(
  folder = join(packageRoot(), 'media', 'digits', 'features'),
): Promise<DigitClassifier> {
  const recipe = await readJson(
    join(folder, digitFiles.recipe),
    DigitClassifierRecipe,
    'the recipe of the digit classifier',
  );
  const weights = join(folder, digitFiles.weights);
  if ((await hashFile(weights)) !== recipe.weightsHash) {
    throw new UserError('features-invalid', 'These weights do not match the recipe next to them.', {
      where: weights,
      hint: 'Reinstall DeMe Studio.',
    });
  }
  return {params: await loadWeights(() => openSafetensors(weights), digitClassifierShapes, weights), recipe};
}
