import type {FeatureNetworkName} from '../model/featureNetwork.ts';
import {featureNames, type EvaluateConfig, type SamplingConfig} from './evaluateConfig.ts';
import type {MergeConfig} from './merge/mergeConfig.ts';
import {objectiveKinds, type DistanceName} from './searchObjective.ts';

/** The sections of a config that a search depends on. */
interface Sections {
  readonly merge?: MergeConfig | undefined;
  readonly evaluate?: EvaluateConfig | undefined;
}

/** The distance that the search of a config measures; null for a search by loss alone, and where nothing is searched. */
export function searchDistance({merge}: Sections): DistanceName | null {
  return objectiveKinds[merge?.search?.objective ?? 'loss'].distance;
}

/** The network whose features a search by distance compares: the first of `evaluate.features`, for CMMD its CLIP; null where there is none. */
export function searchNetwork({merge, evaluate}: Sections): FeatureNetworkName | null {
  const names = featureNames(evaluate?.features);
  if (searchDistance({merge}) !== 'cmmd') return names[0] ?? null;
  return names.find((name) => name === 'clip') ?? null;
}

/** How a search by distance draws images: by its own settings, else as evaluations do; null for a search that draws none. */
export function searchSampling({merge, evaluate}: Sections): SamplingConfig | null {
  if (searchDistance({merge}) === null) return null;
  return merge?.search?.sampling ?? evaluate?.sampling ?? null;
}
