import {UserError} from '../../trainer/contract/errors.ts';
import type {OpenOrder} from '../../trainer/contract/panel/preview.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {expertSources} from '../../trainer/store/run/runPaths.ts';
import type {Run} from '../runs/run.ts';

/** The models that a merge of a run is made of, and the number format of its result. */
export type MergeInputs = Pick<OpenOrder, 'base' | 'experts' | 'dtype'>;

/** Finds base and experts of a run. Throws a UserError where it has none, or one is not there yet. */
export async function mergeInputs(run: Run): Promise<MergeInputs> {
  const {baseFolder, config} = run.config;
  const experts = expertSources(run.path, run.config);
  if (baseFolder === null || experts.length === 0) {
    throw new UserError('merge-nothing', 'This run has no experts to merge.', {where: run.path});
  }
  await requireAll(experts.map((expert) => expert.path));
  return {base: baseFolder, experts, dtype: config.merge?.dtype ?? 'F32'};
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
