import {
  featureFileNames,
  featureNames,
  referencePath,
  type EvaluateConfig,
} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkName, FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {Report} from '../../contract/run/report.ts';
import {frechetDistance, type Gaussian} from '../../evaluate/frechet.ts';
import {frechetWarnings} from '../../evaluate/frechetWarnings.ts';
import {kidEstimate, type KidSettings, kidSettings} from '../../evaluate/kid.ts';
import {readStatistics} from '../../evaluate/statisticsFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {type FeatureFile, openFeatures} from '../stages/featureFile.ts';

/** Distances between the samples of each model and the reference images, and how they were measured. */
export interface SampleDistances extends Pick<Report, 'frechet' | 'kid' | 'warnings'> {
  /** Null if nothing was measured. */
  readonly measuredBy: {
    readonly network: FeatureNetworkRecord | null;
    /** Null where given statistics do not say it. */
    readonly referenceImages: number | null;
    /** Null where no features were kept. */
    readonly kid: KidSettings | null;
  } | null;
}

/** The distances by each network that the evaluation of a config names. */
export async function distancesByNetwork(
  run: string,
  models: readonly string[],
  evaluate: Pick<EvaluateConfig, 'features' | 'reference'> | undefined,
): Promise<Map<FeatureNetworkName, SampleDistances>> {
  const files = featureFileNames(evaluate?.features);
  const distances = new Map<FeatureNetworkName, SampleDistances>();
  for (const [i, name] of featureNames(evaluate?.features).entries()) {
    const isGiven = evaluate !== undefined && referencePath(evaluate, name)?.endsWith('.npz') === true;
    distances.set(name, await sampleDistances(run, models, files[i], isGiven));
  }
  return distances;
}

/** What one network made of a set of images. */
interface MeasuredSet extends Pick<FeatureFile, 'network' | 'dimension'> {
  /** Images; null for given statistics that do not say it. */
  readonly count: number | null;
  /** Where it lies. */
  readonly path: string;
  /** Read or computed when they are needed: those of all models at once are large. */
  statistics(): Promise<Gaussian>;
  /** Null where only statistics were kept. */
  readonly features: FeatureFile | null;
}

/**
 * Distances of all `models` whose features, or statistics of them, the run holds; `network` as its files are called, where there are several. The
 * reference of `isGiven` is statistics of another tool, which need not say of which network and how many images they are.
 * Throws a UserError if their features come from different networks.
 */
export async function sampleDistances(
  run: string,
  models: readonly string[],
  network: string | null = null,
  isGiven = false,
): Promise<SampleDistances> {
  const sets = new Map<string, MeasuredSet>();
  try {
    for (const model of ['reference', ...models]) {
      const set = await openSet(run, model, network, isGiven && model === 'reference');
      if (set !== null) sets.set(model, set);
    }
    return await distancesIn(sets);
  } finally {
    for (const {features} of sets.values()) await features?.close();
  }
}

async function openSet(run: string, model: string, name: string | null, isGiven: boolean): Promise<MeasuredSet | null> {
  const [file, statisticsFile] = [runPaths.features(run, model, name), runPaths.statistics(run, model, name)];
  const hasStatistics = await fileExists(statisticsFile);
  const stored = () => readStatistics(statisticsFile);
  if (await fileExists(file)) {
    const features = await openFeatures(file);
    const {network, count, dimension} = features;
    // Runs of version 0.1.0 did not store them.
    const statistics = () => (hasStatistics ? stored() : Promise.resolve(statisticsOf(features)));
    return {path: file, network, count, dimension, statistics, features};
  }
  if (!hasStatistics) return null;
  const {network = null, count = null, mean} = await stored();
  if (!isGiven && (network === null || count === null)) return null;
  return {path: statisticsFile, network, count, dimension: mean.length, statistics: stored, features: null};
}

async function distancesIn(sets: ReadonlyMap<string, MeasuredSet>): Promise<SampleDistances> {
  const reference = sets.get('reference');
  if (reference === undefined) return {frechet: {}, kid: {}, warnings: [], measuredBy: null};
  const {dimension} = reference;
  const measured = [...sets].filter(([model]) => model !== 'reference');
  const network = reference.network ?? measured.find(([, set]) => set.network !== null)?.[1].network ?? null;
  const counts = measured.map(([, {count}]) => count ?? Infinity);
  const settings = reference.features ? kidSettings(reference.features.count, ...counts) : null;
  const referenceStatistics = await reference.statistics();
  const frechet: Report['frechet'] = {};
  const kid: Report['kid'] = {};
  for (const [model, set] of measured) {
    requireSameNetwork(set, reference);
    frechet[model] = frechetDistance(await set.statistics(), referenceStatistics);
    if (set.features && reference.features && settings)
      kid[model] = kidEstimate(set.features, reference.features, settings);
  }
  return {
    frechet,
    kid,
    warnings:
      counts.length === 0
        ? []
        : frechetWarnings({samples: Math.min(...counts), reference: reference.count ?? Infinity, dimension}),
    measuredBy: {
      network,
      referenceImages: reference.count,
      kid: measured.length > 0 && Object.keys(kid).length === 0 ? null : settings,
    },
  };
}

function requireSameNetwork(set: MeasuredSet, reference: MeasuredSet): void {
  const [one, other] = [set.network, reference.network].map((network) => network && JSON.stringify(network));
  if (set.dimension === reference.dimension && (one === other || one === null || other === null)) return;
  throw new UserError(
    'features-mismatch',
    'These features come from another network than those of the reference images.',
    {
      where: set.path,
      hint: 'Delete the folder "evaluations" of the run and resume it.',
    },
  );
}
