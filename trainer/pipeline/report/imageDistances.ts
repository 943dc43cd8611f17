import {featureFileNames, featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {ImageDistances} from '../../contract/scores/imageDistances.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {promptGridOf} from '../drawing/measuredImages.ts';
import {openFeatures, type FeatureFile} from '../stages/featureFile.ts';
import {nearestDistances, pairedDistances} from './featureDistances.ts';

/** More would take minutes in the 2048 dimensions of Inception, and move the order of the images little. */
const mostReal = 10_000;

/**
 * How far the images of the sample grids of `models` lie from those of the base and from real images, in the space of the first network. Null where the
 * run keeps no features of the base, or where the grids show others than those whose features are measured, as with prompts.
 */
export async function imageDistances(
  run: string,
  config: EvaluateConfig | undefined,
  models: readonly string[],
): Promise<ImageDistances | null> {
  const [network] = featureNames(config?.features);
  if (config === undefined || network === undefined || promptGridOf(config) !== null) return null;
  const count = Math.min(config.grid, config.samples);
  const [file = null] = featureFileNames(config.features);
  const opened: FeatureFile[] = [];
  const open = async (model: string) => {
    const path = runPaths.features(run, model, file);
    if (!(await fileExists(path))) return null;
    const features = await openFeatures(path);
    opened.push(features);
    return features;
  };
  try {
    const base = await open('base');
    if (base === null || count === 0) return null;
    const reference = await open('reference');
    const real = Math.min(reference?.count ?? 0, mostReal);
    const toBase: ImageDistances['toBase'] = {};
    const toReal: ImageDistances['toReal'] = {};
    for (const model of models) {
      const features = model === 'base' ? base : await open(model);
      if (features === null) continue;
      const shown = Math.min(count, features.count, base.count);
      if (model !== 'base') toBase[model] = [...pairedDistances(base, features, shown)];
      if (reference !== null) toReal[model] = [...nearestDistances(features, shown, reference, real)];
    }
    return {network, toBase, toReal, real};
  } finally {
    await Promise.all(opened.map((features) => features.close()));
  }
}
