import {mkdir} from 'node:fs/promises';
import {Command} from 'commander';
import {expect, it} from 'vitest';
import {mergeArguments} from '../../../extension/panel/mergeArguments.ts';
import {numberList} from '../../../trainer/cli/arguments.ts';
import {
  addMergeMethodOptions,
  methodOf,
  type MergeMethodOptions,
} from '../../../trainer/cli/verbs/mergeMethodOptions.ts';
import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import {expertSources} from '../../../trainer/store/run/runPaths.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {randomMerge} from '../../helpers/models/randomMerge.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** The merge that `deme` reads from these arguments. */
function readMerge(args: readonly string[]): MergeSetting {
  const command = new Command('merge').allowUnknownOption().allowExcessArguments();
  command.option('--weights <list>', '', numberList);
  addMergeMethodOptions(command);
  const {weights, rule, ...how} = command.parse([...args], {from: 'user'}).opts<MergeMethodOptions & MergeSetting>();
  return {weights, rules: rule && [...rule], method: methodOf(how)};
}

it('asks deme for the merge that the panel describes, of whatever kind', async () => {
  const output = await temporaryFolder();
  const runs = await Promise.all(
    [1, 2, 3, 4, 5].map(async (experts) => {
      const {run} = await fakeRun(output, {id: `digits-${experts}`, updates: 0, experts});
      for (const {path} of expertSources(run.path, run.config)) await mkdir(path, {recursive: true});
      return run;
    }),
  );
  for (let seed = 0; seed < 200; seed++) {
    const setting = randomMerge(seed);
    const run = runs[setting.weights.length - 1];
    if (run === undefined) throw new Error(`no run has ${setting.weights.length} experts`);
    const {args} = await mergeArguments(run, setting);
    const rules = setting.rules?.length === 0 ? undefined : setting.rules;
    expect(readMerge(args.slice(1))).toEqual({...setting, rules});
  }
});
