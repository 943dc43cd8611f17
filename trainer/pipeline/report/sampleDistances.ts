import {
  featureFileNames,
  featureNames,
  referencePath,
  type EvaluateConfig,
} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkName, FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {SampleScores} from '../../contract/scores/sampleScores.ts';
import {baseline} from '../../contract/scores/scoreTable.ts';
import type {Report} from '../../contract/run/report.ts';
import {areCompared, comparedNeighbours} from '../../evaluate/comparedImages.ts';
import {frechetDistance, type Gaussian} from '../../evaluate/frechet.ts';
import {
  drawnDistances,
  frechetDraws,
  jackknifeError,
  jackknifeGroups,
  pairedDifference,
  type FrechetDraws,
} from '../../evaluate/frechetSpread.ts';
import {frechetWarnings} from '../../evaluate/frechetWarnings.ts';
import {kidEstimate, type KidSettings, kidSettings} from '../../evaluate/kid.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {needsEngine} from '../../evaluate/gram.ts';
import {type Manifold, manifoldOf, precisionRecall} from '../../evaluate/precisionRecall.ts';
import {isStatisticsFile, readStatistics} from '../../evaluate/statisticsFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {type FeatureFile, openFeatures} from '../stages/featureFile.ts';

/** Distances between the samples of each model and the reference images, and how they were measured. */
export interface SampleDistances extends Pick<Report, 'frechet' | 'kid' | 'warnings'>, SampleScores {
  /** Null if nothing was measured. */
  readonly measuredBy: {
    readonly network: FeatureNetworkRecord | null;
    /** Null where given statistics do not say it. */
    readonly referenceImages: number | null;
    /** Null where no features were kept. */
    readonly kid: KidSettings | null;
  } | null;
}

/** Times that `between` is called for each model and network, at most: before its distance, those of parts of its images, and its KID. */
export const stepsPerModel = drawnDistances + 2;

/** What long computations need. */
export interface DistanceWork {
  /** Starts the engine, once: the products of many features take too long without. */
  readonly startEngine: () => Promise<unknown>;
  /** Called between them; throws to end. */
  readonly between: () => Promise<void>;
  /** Called again and again within one; throws to end. */
  readonly within: () => Promise<void>;
}

const nothing = () => Promise.resolve();
const noWork: DistanceWork = {startEngine: nothing, between: nothing, within: nothing};

/** The distances by each network that the evaluation of a config names. */
export async function distancesByNetwork(
  run: string,
  models: readonly string[],
  evaluate: Pick<EvaluateConfig, 'features' | 'reference'> | undefined,
  work?: DistanceWork,
): Promise<Map<FeatureNetworkName, SampleDistances>> {
  const files = featureFileNames(evaluate?.features);
  const distances = new Map<FeatureNetworkName, SampleDistances>();
  for (const [i, name] of featureNames(evaluate?.features).entries()) {
    const path = evaluate ? referencePath(evaluate, name) : null;
    const isGiven = path !== null && isStatisticsFile(path);
    distances.set(name, await sampleDistances(run, models, {network: files[i], isGiven, work}));
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

interface MeasuredBy {
  /** As files are called, where there are several networks. */
  readonly network?: string | null | undefined;
  /** Whether the reference is statistics of another tool, which need not say of which network and how many images they are. */
  readonly isGiven?: boolean;
  readonly work?: DistanceWork | undefined;
}

/**
 * Distances of all `models` whose features, or statistics of them, the run holds. Throws a UserError if their features come from different networks.
 */
export async function sampleDistances(
  run: string,
  models: readonly string[],
  {network = null, isGiven = false, work = noWork}: MeasuredBy = {},
): Promise<SampleDistances> {
  const sets = new Map<string, MeasuredSet>();
  try {
    for (const model of ['reference', ...models]) {
      const set = await openSet(run, model, network, isGiven && model === 'reference');
      if (set !== null) sets.set(model, set);
    }
    return await distancesIn(sets, work);
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

async function distancesIn(sets: ReadonlyMap<string, MeasuredSet>, work: DistanceWork): Promise<SampleDistances> {
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
  const precisions: NonNullable<SampleScores['precisionRecall']> = {};
  const draws = new Map<string, FrechetDraws>();
  let manifold: Promise<Manifold> | undefined;
  for (const [model, set] of measured) {
    requireSameNetwork(set, reference);
    await work.between();
    const statistics = await set.statistics();
    const distance = frechetDistance(statistics, referenceStatistics);
    frechet[model] = distance;
    if (!set.features) continue;
    const drawn = await frechetDraws(set.features, {statistics, distance}, referenceStatistics, work.between);
    if (drawn) draws.set(model, drawn);
    if (!reference.features || !settings) continue;
    await work.between();
    kid[model] = kidEstimate(set.features, reference.features, settings);
    const {features: real} = reference;
    if (!areCompared(set.features.count, real.count)) continue;
    if (needsEngine(set.features, real)) await work.startEngine();
    manifold ??= manifoldOf(real, comparedNeighbours, work.within);
    precisions[model] = await neighbourScores(set.features, await manifold, work);
  }
  return {
    frechet,
    kid,
    ...(Object.keys(precisions).length > 0 && {precisionRecall: precisions}),
    ...frechetScores(draws),
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

/** What parts of the images tell of the Fréchet distances. */
function frechetScores(
  draws: ReadonlyMap<string, FrechetDraws>,
): Pick<SampleScores, 'frechetSpread' | 'frechetBySize'> {
  if (draws.size === 0) return {};
  const base = draws.get(baseline);
  const spreadOf = (model: string, own: FrechetDraws) => {
    const isPaired = base && model !== baseline && base.bySize.at(-1)?.images === own.bySize.at(-1)?.images;
    const standardError = jackknifeError(own.without);
    return {standardError, groups: jackknifeGroups, ...(isPaired && {toBase: pairedDifference(own, base)})};
  };
  return {
    frechetSpread: Object.fromEntries([...draws].map(([model, own]) => [model, spreadOf(model, own)])),
    frechetBySize: Object.fromEntries([...draws].map(([model, {bySize}]) => [model, [...bySize]])),
  };
}

/** Whether sets have enough images for neighbours, and few enough to compare all of them. */
async function neighbourScores(own: FeatureRows, real: Manifold, {within}: DistanceWork) {
  const {precision, recall} = await precisionRecall(own, real, within);
  const {neighbours} = real;
  const precisionError = shareError(precision, own.count);
  return {precision, recall, neighbours, precisionError, recallError: shareError(recall, real.rows.count)};
}

/** Standard error of the share of some of `count` images. */
function shareError(share: number, count: number): number {
  return Math.sqrt((share * (1 - share)) / count);
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
