import type {MergeBuffers} from '../chunks/mergeBuffers.ts';
import {measureTensor, ProductSums, type TaskProducts} from '../chunks/taskProducts.ts';
import type {TensorMethod, TensorPlan} from './tensorMethod.ts';

/** Above this cosine two vectors count as parallel, and interpolation is linear. */
const parallel = 0.9995;

/**
 * Spherical interpolation (Shoemake, 1985) of each tensor from the base (weight 0) to the only expert (weight 1), as vectors:
 * sin((1 - t) a) / sin a theta + sin(t a) / sin a theta_1 with the angle a between them; linear where they are nearly parallel.
 */
export function slerpMethod(buffers: MergeBuffers): TensorMethod {
  const sums = new ProductSums(buffers);
  return (pass, weights) => {
    const [base, expert] = slerpFactors(measureTensor(pass, sums), weights[0] ?? 0);
    return scaledSum(buffers, base + expert, [expert]);
  };
}

/** Factors of theta and theta_1 = theta + tau. */
function slerpFactors({base, baseTasks, tasks}: TaskProducts, share: number): [base: number, expert: number] {
  const [along = 0, task = 0] = [baseTasks[0], tasks[0]?.[0]];
  const lengths = Math.sqrt(base * (base + 2 * along + task));
  const cosine = lengths === 0 ? 1 : (base + along) / lengths;
  if (Math.abs(cosine) > parallel) return [1 - share, share];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
}

/**
 * Model Stock (Jang et al., ECCV 2024): base + t mean_i tau_i for each tensor, with t = N c / (1 + (N - 1) c) and c the mean cosine between the
 * task vectors of the N experts. If the mean cosine is negative, the base is left unchanged.
 */
export function modelStockMethod(buffers: MergeBuffers): TensorMethod {
  const sums = new ProductSums(buffers);
  const count = buffers.experts.length;
  return (pass) => {
    const cosine = Math.max(0, meanCosine(measureTensor(pass, sums)));
    const share = (count * cosine) / (1 + (count - 1) * cosine);
    const each = buffers.experts.map(() => share / count);
    return scaledSum(buffers, 1, each);
  };
}

/** Over all pairs; a task vector that is zero has a cosine of zero with any other. One expert alone agrees with itself. */
function meanCosine({tasks}: TaskProducts): number {
  const squares = tasks.map((row) => row.at(-1) ?? 0);
  const cosines = tasks.flatMap((row, i) =>
    row.slice(0, -1).map((product, j) => {
      const lengths = Math.sqrt((squares[i] ?? 0) * (squares[j] ?? 0));
      return lengths === 0 ? 0 : product / lengths;
    }),
  );
  return cosines.length === 0 ? 1 : cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}

/** baseScale theta + sum_i w_i tau_i over all experts. */
function scaledSum(buffers: MergeBuffers, baseScale: number, weights: readonly number[]): TensorPlan {
  const {base, out} = buffers;
  const {run} = buffers.kernel;
  const experts = buffers.experts.map((_, i) => i);
  const combine = (_: number, count: number) => {
    for (const task of buffers.experts) run.toTask(task, base, count);
    const terms = buffers.terms(experts, weights);
    run.addTasks(out, base, terms.table, terms.weights, terms.count, baseScale, 1, count);
  };
  return {experts, combine};
}
