import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import type {MergeMethod} from '../../trainer/contract/config/merge/mergeMethod.ts';
import type {MergeRule} from '../../trainer/contract/config/merge/mergeRule.ts';
import type {MergeSetting} from '../../trainer/contract/config/merge/mergeSetting.ts';
import {modelName} from '../../trainer/contract/run/runModel.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import type {Run} from '../runs/run.ts';
import {mergeInputs} from './mergeInputs.ts';

/** The arguments of `deme` that merge the experts of a run with this setting, and the folder that the new model gets. */
export async function mergeArguments(
  run: Run,
  {weights, rules, method}: MergeSetting,
): Promise<{args: string[]; out: string}> {
  const {base, experts, dtype} = await mergeInputs(run);
  if (weights.length !== experts.length) {
    throw new UserError(
      'merge-weights',
      `${experts.length} experts need ${experts.length} weights, not ${weights.length}.`,
    );
  }
  const out = await freeFolder(runPaths.models(run.path));
  const named = experts.flatMap(({path}) => ['--expert', path]);
  const how = [...methodArguments(method), ...(rules ?? []).flatMap((rule) => ['--rule', ruleText(rule)])];
  const list = `--weights=${weights.join(',')}`;
  return {args: ['merge', '--base', base, ...named, list, ...how, '--dtype', dtype, '--out', out], out};
}

function methodArguments(method: MergeMethod | undefined): string[] {
  if (method === undefined) return [];
  const {kind, ...parameters} = method;
  return ['--method', kind, ...Object.entries(parameters).flatMap(([name, value]) => ['--set', `${name}=${value}`])];
}

/** `up=0.1,0.2:0.8` */
function ruleText({match, weights}: MergeRule): string {
  return `${match}=${weights.map((weight) => [weight].flat().join(':')).join(',')}`;
}

async function freeFolder(models: string): Promise<string> {
  const taken = new Set((await fileExists(models)) ? await readdir(models) : []);
  for (let copy = 1; ; copy++) {
    const name = modelName({kind: 'merged', copy});
    if (!taken.has(name)) return join(models, name);
  }
}
