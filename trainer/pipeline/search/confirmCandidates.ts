import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {Candidate, ConfirmedCandidate} from '../../contract/run/report.ts';
import type {ConfirmConfig} from '../../contract/config/searchConfig.ts';
import {heldOutBatch} from '../../data/batches.ts';
import {loadDigitClassifier} from '../../evaluate/digitClassifierFile.ts';
import {digitFeatures} from '../../evaluate/digitFeatures.ts';
import type {FeatureSet} from '../../evaluate/featureSet.ts';
import {frechetDistance, gaussian} from '../../evaluate/frechet.ts';
import {kidEstimate} from '../../evaluate/kid.ts';
import {applyWeightsBy} from '../../merge/blend.ts';
import type {WeightsOf} from '../../merge/files/incrementalMerge.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {modelPredict} from '../../sample/predict.ts';
import {sampleImages} from '../../sample/sampleImages.ts';
import type {MergeLab} from './mergeLab.ts';

const kidSettings = {subsets: 50, seed: 2020, largestSubset: 100} as const;

export interface ConfirmRequest {
  readonly lab: MergeLab;
  readonly candidates: readonly Candidate[];
  readonly weightsOf: WeightsOf;
  readonly config: ConfirmConfig;
  readonly sampling: EvaluateConfig['sampling'];
  onProgress(done: number, total: number): void;
  /** Asked before each batch of images; throws to end. */
  beforeBatch(): Promise<void>;
}

/**
 * Draws images with the candidates of the lowest loss, all from the same noise, and measures how far their features lie from those of the
 * validation images; nearest first.
 */
export async function confirmCandidates(request: ConfirmRequest): Promise<ConfirmedCandidate[]> {
  const {lab, candidates, config} = request;
  const best = [...candidates].sort((a, b) => a.loss - b.loss).slice(0, config.best);
  const {params: classifier} = await loadDigitClassifier();
  const reference = await validationFeatures(lab, classifier);
  const confirmed: ConfirmedCandidate[] = [];
  for (const [i, candidate] of best.entries()) {
    const features = await sampleFeatures(request, candidate, classifier, i * config.samples, best.length);
    confirmed.push({...candidate, ...distances(features, reference)});
  }
  disposeParams(classifier);
  const distance = ({kid, frechet}: ConfirmedCandidate) => (config.by === 'kid' ? kid.mean : frechet);
  return confirmed.sort((a, b) => distance(a) - distance(b));
}

async function validationFeatures({data: {validation}}: MergeLab, classifier: Params): Promise<FeatureSet> {
  const all = Array.from({length: validation.size}, (_, i) => i);
  return digitFeatures(classifier, await heldOutBatch(validation, all), validation.shape);
}

async function sampleFeatures(
  {lab, weightsOf, config, sampling, onProgress, beforeBatch}: ConfirmRequest,
  {weights}: Candidate,
  classifier: Params,
  before: number,
  models: number,
): Promise<FeatureSet> {
  const params = applyWeightsBy(lab.base, lab.vectors, (name) => weightsOf(weights, name));
  lab.predictor.load(params);
  const {schedule, imageShape, spaceOf} = lab.model;
  const space = spaceOf(imageShape ?? lab.data.validation.shape);
  try {
    const images = await sampleImages({
      ...sampling,
      predict: modelPredict(lab.predictor),
      schedule,
      space,
      count: config.samples,
      onProgress: (done) => onProgress(before + done, models * config.samples),
      shouldStop: async () => {
        await beforeBatch();
        return false;
      },
    });
    if (images === null) throw new Error('the sampling stopped although nobody asked');
    return await digitFeatures(classifier, images, space.imageShape);
  } finally {
    disposeParams(params);
  }
}

function distances(features: FeatureSet, reference: FeatureSet): Pick<ConfirmedCandidate, 'kid' | 'frechet'> {
  const subsetSize = Math.min(kidSettings.largestSubset, features.count, reference.count);
  return {
    kid: kidEstimate(features, reference, {...kidSettings, subsetSize}),
    frechet: frechetDistance(gaussian(features), gaussian(reference)),
  };
}
