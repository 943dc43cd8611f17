import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {DigitClassifierRecipe} from '../../trainer/contract/model/digitClassifier.ts';
import {digitFiles} from '../../trainer/evaluate/networks/digitClassifierFile.ts';
import {fileShape, toFileOrder} from '../../trainer/models/layout.ts';
import type {Params} from '../../trainer/nn/params.ts';
import {writeJsonAtomic} from '../../trainer/store/files/jsonFile.ts';
import {writeHashedSafetensors} from '../../trainer/store/weights/safetensors.ts';

/** Writes weights (float32, in PyTorch's order) and recipe into a folder, which is made where it is missing. */
export async function saveDigitClassifier(
  folder: string,
  params: Params,
  recipe: Omit<DigitClassifierRecipe, 'weightsHash'>,
): Promise<void> {
  await mkdir(folder, {recursive: true});
  const tensors = [...params].map(([name, tensor]) => ({
    name,
    shape: fileShape(tensor.shape),
    dtype: 'F32' as const,
    read: async () => toFileOrder((await tensor.data()) as Float32Array, tensor.shape),
  }));
  const weightsHash = await writeHashedSafetensors(join(folder, digitFiles.weights), tensors);
  await writeJsonAtomic(join(folder, digitFiles.recipe), {...recipe, weightsHash});
}
