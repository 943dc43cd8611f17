import type {DemeConfig} from '../config/config.ts';
import type {MergeConfig} from '../config/merge/mergeConfig.ts';
import type {MergeSetting} from '../config/merge/mergeSetting.ts';
import {searchedSnapshots, type ExpertSnapshot} from './snapshots/expertSnapshot.ts';
import type {WeightsRecord} from './pipeline.ts';

/** How a run merges its experts: by the weights that were settled, and by the rules that a search found before those of the config. */
export function runMerge(merge: MergeConfig | undefined, {weights, search}: WeightsRecord): MergeSetting {
  const found = search?.groups?.rules ?? [];
  const rules = found.length > 0 ? found : merge?.rules;
  const method = merge?.method;
  const isPlain = method === undefined || (method.kind === 'linear' && method.lambda === 1);
  return {weights, ...(rules && {rules}), ...(!isPlain && {method})};
}

/** The same with the snapshots that are merged too: where a search has found weights for checkpoints, there is one for each expert and then each snapshot. */
export function runMergeInputs(
  config: DemeConfig,
  settled: WeightsRecord,
): MergeSetting & {readonly snapshots: readonly ExpertSnapshot[]} {
  const setting = runMerge(config.merge, settled);
  const weights = settled.search?.checkpoints?.weights ?? [];
  return weights.length === 0
    ? {...setting, snapshots: []}
    : {...setting, weights, snapshots: searchedSnapshots(config)};
}
