import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, measuredCount} from '../../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {evaluatedModels} from '../../contract/run/pipeline.ts';
import {areCompared} from '../../evaluate/comparedImages.ts';
import {drawnDistances} from '../../evaluate/frechetSpread.ts';

/** Lengths of features, those of CLIP and DINOv2 of their usual weights. */
const dimensions: Readonly<Record<FeatureNetworkName, number>> = {
  digits: 64,
  inception: 2048,
  clip: 512,
  dinov2: 768,
};

/** Multiplications of one Fréchet distance of d features, as a multiple of d^3, and how many of them a core does in a second. */
const distance = {factor: 5, perSecond: 5e9} as const;
/** Seconds for a pair of images whose features are compared: for the search of neighbours, and for each feature. */
const pair = {neighbours: 25e-9, feature: 0.03e-9} as const;
/** Start of its process, and curves and pictures of a model. */
const others = {start: 0.9, model: 0.4} as const;

/**
 * What the report of a config usually takes, in seconds: for each model d^3 for its Fréchet distance and those of parts of its images, of d features, and
 * n (n + r) pairs for the precision and recall of n images beside r of reference.
 */
export function reportSeconds({evaluate, data, ...config}: DemeConfig): number {
  if (evaluate === undefined) return others.start;
  const images = measuredCount(evaluate);
  const reference = typeof data?.test === 'number' ? data.test : 0;
  const pairs = areCompared(images, reference) ? images * (images + reference) : 0;
  const ofModel = featureNames(evaluate.features).map((name) => {
    const d = dimensions[name];
    const distances = (drawnDistances + 1) * distance.factor * d ** 3;
    return distances / distance.perSecond + pairs * (pair.neighbours + pair.feature * d);
  });
  const models = evaluatedModels({...config, evaluate, data}).length;
  return others.start + models * ofModel.reduce((sum, seconds) => sum + seconds, others.model);
}
