import {digitFeatures} from '../../evaluate/digitFeatures.ts';
import {loadDigitClassifier} from '../../evaluate/digitClassifierFile.ts';
import type {FeatureSet} from '../../evaluate/featureSet.ts';
import {disposeParams} from '../../nn/params.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';
import {UserError} from '../../contract/errors.ts';

const tensorName = 'features';

/** Computes and stores the features of images [N,H,W,C] in [-1, 1]. */
export async function writeFeatures(
  file: string,
  images: Float32Array,
  shape: readonly [number, number, number],
): Promise<void> {
  const {params} = await loadDigitClassifier();
  const {values, count, dimension} = await digitFeatures(params, images, shape);
  disposeParams(params);
  const read = () => Float32Array.from(values);
  await writeSafetensors(file, [{name: tensorName, shape: [count, dimension], dtype: 'F32', read}]);
}

export async function readFeatures(file: string): Promise<FeatureSet> {
  const reader = await openSafetensors(file);
  try {
    const [count, dimension] = reader.shapes.get(tensorName) ?? [];
    if (count === undefined || dimension === undefined) {
      throw new UserError('features-invalid', 'This file holds no features.', {
        where: file,
        hint: 'Delete its folder and resume the run.',
      });
    }
    return {values: await reader.read(tensorName), count, dimension};
  } finally {
    await reader.close();
  }
}
