import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import {runExperts} from '../../trainer/contract/pipeline.ts';
import {fileExists} from '../../trainer/store/fileExists.ts';
import {expertPath} from '../expertPath.ts';
import type {Run} from '../run.ts';

/** The arguments of `deme` that merge the experts of a run with these weights, and the folder that the new model gets. */
export async function mergeArguments(run: Run, weights: readonly number[]): Promise<{args: string[]; out: string}> {
  const {baseFolder, config} = run.config;
  const count = runExperts(config);
  if (baseFolder === null || count === 0) {
    throw new UserError('merge-nothing', 'This run has no experts to merge.', {where: run.path});
  }
  if (weights.length !== count) {
    throw new UserError('merge-weights', `${count} experts need ${count} weights, not ${weights.length}.`);
  }
  const experts = Array.from({length: count}, (_, i) => expertPath(run, i));
  await requireAll(experts);
  const out = await freeFolder(join(run.path, 'models'));
  const named = experts.flatMap((expert) => ['--expert', expert]);
  const dtype = config.merge?.dtype ?? 'F32';
  const list = `--weights=${weights.join(',')}`;
  return {args: ['merge', '--base', baseFolder, ...named, list, '--dtype', dtype, '--out', out], out};
}

async function requireAll(experts: readonly string[]): Promise<void> {
  for (const where of experts) {
    if (await fileExists(where)) continue;
    throw new UserError('expert-missing', 'This expert is not there.', {
      where,
      hint: 'Merge when the training of all experts is done.',
    });
  }
}

async function freeFolder(models: string): Promise<string> {
  const taken = new Set((await fileExists(models)) ? await readdir(models) : []);
  for (let n = 1; ; n++) if (!taken.has(`merged-${n}`)) return join(models, `merged-${n}`);
}
