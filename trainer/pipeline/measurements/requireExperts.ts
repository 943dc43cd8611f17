import {UserError} from '../../contract/errors.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import type {MeasuredRun} from './measurement.ts';

/** Throws a UserError where a run lacks one of two experts that a request names. */
export function requireExperts({run, resolved}: MeasuredRun, experts: readonly number[]): void {
  const count = runExperts(resolved.config);
  const unknown = experts.find((expert) => expert >= count);
  if (unknown === undefined) return;
  const hint =
    count < 2
      ? `The run has ${count === 0 ? 'none' : 'one'}, and a plane takes two.`
      : `The run has ${count}, counted from 0; give two, as in --experts 0,1.`;
  throw new UserError('plane-experts', `There is no expert ${unknown}.`, {where: run.path, hint});
}
