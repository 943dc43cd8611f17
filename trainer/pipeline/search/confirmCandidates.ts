import {featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {Candidate, ConfirmedCandidate} from '../../contract/run/report.ts';
import type {ConfirmConfig} from '../../contract/config/searchConfig.ts';
import {collectFeatures, type FeatureNetwork, sourceBatches} from '../../evaluate/featureNetwork.ts';
import {withFeatureNetworks} from '../../evaluate/featureNetworks.ts';
import {featureRows, type FeatureSet} from '../../evaluate/featureRows.ts';
import {streamedStatistics} from '../../evaluate/featureStatistics.ts';
import {frechetDistance} from '../../evaluate/frechet.ts';
import {frechetWarnings} from '../../evaluate/frechetWarnings.ts';
import {kidEstimate, kidSettings} from '../../evaluate/kid.ts';
import {applyWeightsBy} from '../../merge/blend.ts';
import type {WeightsOf} from '../../merge/files/incrementalMerge.ts';
import {disposeParams} from '../../nn/params.ts';
import {sampleBatches} from '../../sample/sampleImages.ts';
import {labDrawing} from './labDrawing.ts';
import type {MergeLab} from './mergeLab.ts';

export interface ConfirmRequest {
  readonly lab: MergeLab;
  readonly candidates: readonly Candidate[];
  readonly weightsOf: WeightsOf;
  readonly config: ConfirmConfig;
  /** Of several networks the first decides. */
  readonly features: EvaluateConfig['features'];
  readonly sampling: EvaluateConfig['sampling'];
  onProgress(done: number, total: number): void;
  onWarning(message: string): void;
  /** Called before each batch of images; throws to end the search. */
  beforeBatch(): Promise<void>;
}

/**
 * Draws images from the candidates with the lowest losses, all from the same noise, and sorts these by the distance of their features to those of the
 * validation images, closest first.
 */
export async function confirmCandidates(request: ConfirmRequest): Promise<ConfirmedCandidate[]> {
  return withFeatureNetworks(featureNames(request.features).slice(0, 1), ([network]) => {
    if (network === undefined) throw new Error('no feature network was asked for');
    return confirmBy(network, request);
  });
}

async function confirmBy(network: FeatureNetwork, request: ConfirmRequest): Promise<ConfirmedCandidate[]> {
  const {lab, candidates, config, onWarning} = request;
  const best = [...candidates].sort((a, b) => a.loss - b.loss).slice(0, config.best);
  const {validation} = lab.data;
  const reference = await collectFeatures(network, sourceBatches(validation), validation.shape);
  const {dimension} = network.record;
  if (config.by === 'frechet') {
    frechetWarnings({samples: config.samples, reference: reference.count, dimension}).forEach(onWarning);
  }
  const confirmed: ConfirmedCandidate[] = [];
  for (const [i, candidate] of best.entries()) {
    const features = await sampleFeatures(request, candidate, network, i * config.samples, best.length);
    confirmed.push({...candidate, ...distances(features, reference)});
  }
  const distance = ({kid, frechet}: ConfirmedCandidate) => (config.by === 'kid' ? kid.mean : frechet);
  return confirmed.sort((a, b) => distance(a) - distance(b));
}

async function sampleFeatures(
  {lab, weightsOf, config, sampling, onProgress, beforeBatch}: ConfirmRequest,
  {weights}: Candidate,
  network: FeatureNetwork,
  before: number,
  models: number,
): Promise<FeatureSet> {
  const params = applyWeightsBy(lab.base, lab.vectors, (name) => weightsOf(weights, name));
  lab.predictor.load(params);
  try {
    const drawing = await labDrawing(lab, sampling);
    const batches = sampleBatches({
      ...drawing,
      count: config.samples,
      onProgress: (done) => onProgress(before + done, models * config.samples),
      beforeBatch,
    });
    return await collectFeatures(network, batches, drawing.space.imageShape);
  } finally {
    disposeParams(params);
  }
}

function distances(features: FeatureSet, reference: FeatureSet): Pick<ConfirmedCandidate, 'kid' | 'frechet'> {
  const settings = kidSettings(features.count, reference.count);
  return {
    kid: kidEstimate(featureRows(features), featureRows(reference), settings),
    frechet: frechetDistance(streamedStatistics([features]), streamedStatistics([reference])),
  };
}
