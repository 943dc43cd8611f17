import type {MergeBuffers} from '../chunks/mergeBuffers.ts';
import {MagnitudeRank} from './magnitudeRank.ts';
import {activeExperts, copyOfBase, type TensorMethod} from './tensorMethod.ts';

/** Above every finite magnitude. */
const topBits = 0x7fffffff;

/**
 * TIES (Yadav et al., NeurIPS 2023): of each task vector and tensor, a share of `density` of the elements is kept, the largest by magnitude (with ties); for
 * each element the sign of sum_i w_i tau_i is elected; task vectors of that sign are averaged by their weights (`mean`) or added up.
 */
export function tiesMethod(buffers: MergeBuffers, density: number, lambda: number, isMean: boolean): TensorMethod {
  const rank = new MagnitudeRank(buffers);
  return (pass, weights) => {
    const experts = activeExperts(weights);
    const kept = Math.floor(density * pass.size);
    if (experts.length === 0 || kept === 0) return copyOfBase(pass);
    const lowest = experts.map((index) => (kept === pass.size ? 0 : (rank.largest(pass, index, [kept])[0] ?? 0)));
    const factors = experts.map((index) => weights[index] ?? 0);
    const {run} = buffers.kernel;
    const combine = (_: number, count: number) => {
      experts.forEach((index, i) => {
        const task = buffers.experts[index] ?? 0;
        run.toTask(task, buffers.base, count);
        run.keepBetween(task, lowest[i] ?? 0, topBits, count);
      });
      const terms = buffers.terms(experts, factors);
      run.addElected(buffers.out, buffers.base, terms.table, terms.weights, terms.count, lambda, isMean, count);
    };
    return {experts, combine};
  };
}
