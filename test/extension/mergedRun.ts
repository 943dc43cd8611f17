import {join} from 'node:path';
import type {MergeMethod} from '../../trainer/contract/config/merge/mergeMethod.ts';
import type {MergeRule} from '../../trainer/contract/config/merge/mergeRule.ts';
import {mergeModels} from '../../trainer/merge/files/mergeFiles.ts';
import type {Run} from '../../extension/runs/run.ts';
import {knownRun} from '../helpers/runs/knownRun.ts';
import {makeRun} from '../helpers/runs/runOnDisk.ts';
import {writeFolder} from '../trainer/merge/tinyModels.ts';

/** A run in a folder with a base, two experts and what was merged from them. */
export async function mergedRun(
  folder: string,
  how: {method?: MergeMethod; rules?: readonly MergeRule[]} = {},
): Promise<{run: Run; base: string; experts: string[]; merged: string}> {
  const path = await makeRun(folder, ['expert-0', 'expert-1', 'search', 'merge']);
  const base = await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
  const experts: string[] = [];
  for (const i of [0, 1]) {
    const range: [number, number] = [500 * i, 500 * (i + 1)];
    const expert = {value: 2 + i, record: {role: 'expert' as const, range}};
    experts.push(await writeFolder(join(path, 'models', `expert-${i}`), expert));
  }
  const merged = join(path, 'models', 'merged');
  const inputs = experts.map((expert) => ({path: expert}));
  await mergeModels({
    base,
    experts: inputs,
    weights: [0.75, -0.125],
    out: merged,
    dtype: 'F32',
    tool: 'deme 0',
    ...how,
  });
  const known = knownRun({path});
  return {run: {...known, config: {...known.config, folder, baseFolder: base}}, base, experts, merged};
}
