import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {goldenFolder} from './goldenImages.ts';
import type {FeatureSet} from '../../../trainer/evaluate/featureRows.ts';

/** Features in double: `a` [500, 32], `b` [400, 32] and `rank_deficient` [20, 32]. */
export async function goldenFeatures(name: 'a' | 'b' | 'rank_deficient'): Promise<FeatureSet> {
  const reader = await openSafetensors(`${goldenFolder('frechet')}/features.safetensors`);
  try {
    const [count = NaN, dimension = NaN] = reader.shapes.get(name) ?? [];
    const bytes = await reader.readBytes(name);
    return {values: new Float64Array(bytes.slice().buffer), count, dimension};
  } finally {
    await reader.close();
  }
}
