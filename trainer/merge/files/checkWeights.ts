import {UserError} from '../../contract/errors.ts';
import type {MergeMethod} from '../../contract/config/merge/mergeMethod.ts';

interface MergeInputs {
  readonly experts: readonly unknown[];
  readonly weights: readonly number[];
  readonly method?: MergeMethod;
}

/** Throws a UserError unless there is one finite weight for each expert, and for a method that does not support that many experts. */
export function checkMergeWeights({experts, weights, method}: MergeInputs): void {
  if (experts.length === 0) throw new UserError('merge-weights', 'A merge needs at least one expert.');
  if (weights.length !== experts.length) {
    throw new UserError(
      'merge-weights',
      `${experts.length} experts need ${experts.length} weights, but ${weights.length} are given.`,
    );
  }
  const bad = weights.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0)
    throw new UserError('merge-weights', `The weight of expert ${bad} is ${weights[bad]}.`, {
      hint: 'Give a finite number.',
    });
  if (method?.kind !== 'slerp' || experts.length === 1) return;
  throw new UserError('merge-method', `slerp goes from the base to one expert, but there are ${experts.length}.`, {
    hint: 'Take another method, or merge one pair after the other.',
  });
}
