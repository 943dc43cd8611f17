import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
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
    readonly referenceImages: number;
    readonly kid: KidSettings;
  } | null;
}

/** Distances of all `models` whose features the run holds. Throws a UserError if their features come from different networks. */
export async function sampleDistances(run: string, models: readonly string[]): Promise<SampleDistances> {
  const files = new Map<string, FeatureFile>();
  try {
    for (const model of ['reference', ...models]) {
      const file = runPaths.features(run, model);
      if (await fileExists(file)) files.set(model, await openFeatures(file));
    }
    return await distancesIn(run, files);
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function distancesIn(run: string, files: ReadonlyMap<string, FeatureFile>): Promise<SampleDistances> {
  const reference = files.get('reference');
  if (reference === undefined) return {frechet: {}, kid: {}, warnings: [], measuredBy: null};
  const {network, dimension} = reference;
  const measured = [...files].filter(([model]) => model !== 'reference');
  const counts = measured.map(([, {count}]) => count);
  const settings = kidSettings(reference.count, ...counts);
  const referenceStatistics = await statisticsIn(run, 'reference', reference);
  const frechet: Report['frechet'] = {};
  const kid: Report['kid'] = {};
  for (const [model, features] of measured) {
    requireSameNetwork(features, reference, runPaths.features(run, model));
    frechet[model] = frechetDistance(await statisticsIn(run, model, features), referenceStatistics);
    kid[model] = kidEstimate(features, reference, settings);
  }
  return {
    frechet,
    kid,
    warnings:
      counts.length === 0 ? [] : frechetWarnings({samples: Math.min(...counts), reference: reference.count, dimension}),
    measuredBy: {network, referenceImages: reference.count, kid: settings},
  };
}

/** Read from disk, or computed for runs of version 0.1.0, which did not store them. */
async function statisticsIn(run: string, model: string, features: FeatureFile): Promise<Gaussian> {
  const file = runPaths.statistics(run, model);
  return (await fileExists(file)) ? readStatistics(file) : statisticsOf(features);
}

function requireSameNetwork(features: FeatureFile, reference: FeatureFile, where: string): void {
  const [one, other] = [features.network, reference.network].map((network) => network && JSON.stringify(network));
  if (features.dimension === reference.dimension && (one === other || one === null || other === null)) return;
  throw new UserError(
    'features-mismatch',
    'These features come from another network than those of the reference images.',
    {
      where,
      hint: 'Delete the folder "evaluations" of the run and resume it.',
    },
  );
}
