import {promptFileOf, type SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import {searchSampling} from '../../contract/config/searchDistance.ts';
import {ruledMerge} from '../../merge/ruledWeights.ts';
import {weightedNetworks, weightsInput} from './evaluationInputs.ts';
import type {StageFacts} from './stageFacts.ts';
import {dataSettings} from './trainingInputs.ts';

/** The images of a run: the settings that choose them, and the files. */
export function images({resolved, data}: StageFacts): {data: object} {
  return {data: {...(resolved.config.data && dataSettings(resolved.config.data)), files: data}};
}

/** The content of the file of prompts, where images are drawn by one. */
export function promptStamp(
  {evaluation}: StageFacts,
  sampling: SamplingConfig | undefined,
): {prompts?: string | undefined} {
  const file = sampling && promptFileOf(sampling);
  return file ? {prompts: evaluation[file.file]} : {};
}

/** What an expert starts from, where that is not the base. */
export function startStamp({resolved, evaluation}: StageFacts, index: number): {start?: string | undefined} {
  const start = resolved.config.decouple?.start?.[index] ?? null;
  return start === null ? {} : {start: evaluation[start]};
}

/** The weights of the feature networks that come with none; nothing where all do. */
export function networkStamps({resolved: {config}, evaluation}: StageFacts): {
  networks?: Record<string, string | undefined>;
} {
  const stamps = weightedNetworks(config.evaluate).map((name) => [name, evaluation[weightsInput(name)]] as const);
  return stamps.length === 0 ? {} : {networks: Object.fromEntries(stamps)};
}

/** What a search depends on. Given weights need neither images nor a search. */
export function searchInputs(facts: StageFacts): Record<string, unknown> {
  const {resolved, experts, ranges} = facts;
  const {merge, evaluate} = resolved.config;
  if (merge?.weights) return {merge: {weights: merge.weights}};
  const byDistance = searchSampling(resolved.config);
  const confirmed = merge?.search?.confirm && evaluate?.sampling;
  const sampling = byDistance ?? confirmed;
  const drawnBy = sampling ? {...promptStamp(facts, sampling), ...networkStamps(facts)} : {};
  return {
    ...images(facts),
    ...drawnBy,
    merge: {search: merge?.search, ...ruledMerge(merge)},
    evaluate: sampling && {features: evaluate?.features, sampling},
    experts,
    ranges,
  };
}
