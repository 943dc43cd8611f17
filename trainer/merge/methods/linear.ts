import {activeExperts, copyOfBase, type TensorMethod} from './tensorMethod.ts';

/**
 * theta + lambda sum_i w_i (theta_i - theta) (Eq. 8 of the paper, lambda = 1). With lambda = 1 the bits are those of PyTorch's
 * `v + sum(w * (e - v) for ...)`: float32 differences, weights rounded to float32, summed in the order of the experts, base last.
 */
export function linearMethod(lambda: number): TensorMethod {
  return (pass, weights) => {
    const experts = activeExperts(weights);
    if (experts.length === 0 || lambda === 0) return copyOfBase(pass);
    const {buffers} = pass;
    const {run} = buffers.kernel;
    const factors = experts.map((index) => weights[index] ?? 0);
    const combine = (_: number, count: number) => {
      const terms = buffers.terms(experts, factors);
      if (lambda === 1) return run.linear(buffers.out, buffers.base, terms.table, terms.weights, terms.count, count);
      for (const index of experts) run.toTask(buffers.experts[index] ?? 0, buffers.base, count);
      run.addTasks(buffers.out, buffers.base, terms.table, terms.weights, terms.count, 1, lambda, count);
    };
    return {experts, combine};
  };
}
