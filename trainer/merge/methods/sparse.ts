import type {MergeBuffers} from '../chunks/mergeBuffers.ts';
import type {TensorPass} from '../chunks/tensorPass.ts';
import {createRandom} from '../../random.ts';
import {MagnitudeRank} from './magnitudeRank.ts';
import {activeExperts, copyOfBase, type TensorMethod} from './tensorMethod.ts';

/** How the sparsified task vectors are added up. */
export interface Sum {
  readonly lambda: number;
  /** Adds only elements that have the sign of the weighted sum. */
  readonly elect: boolean;
}

/** Sparsifies the chunk of a task vector in the buffers, in place. */
type Thin = (task: number, first: number, count: number) => void;

/**
 * DARE (Yu et al., ICML 2024): each element is kept with probability `density` and then scaled by 1 / density. Which elements are kept depends on seed,
 * tensor, expert and index alone, not on the chunk size.
 */
export function dareMethod(buffers: MergeBuffers, density: number, seed: number, sum: Sum): TensorMethod {
  const limit = Math.min(0xffff_ffff, Math.round(density * 2 ** 32));
  return sparseMethod(buffers, sum, (pass, index) => {
    if (density === 1) return () => undefined;
    const random = createRandom(seed, 'dare', pass.name, index);
    const [key, key2] = [random.uint32(), random.uint32()];
    return (task, first, count) => buffers.kernel.run.keepRandom(task, first, key, key2, limit, 1 / density, count);
  });
}

/**
 * Model Breadcrumbs (Davari and Belilovsky, ECCV 2024): for each task vector and tensor, the largest elements (a share of `gamma`) are
 * dropped, and as many of the smallest as leave a share of `density`.
 */
export function breadcrumbsMethod(buffers: MergeBuffers, density: number, gamma: number, sum: Sum): TensorMethod {
  const rank = new MagnitudeRank(buffers);
  return sparseMethod(buffers, sum, (pass, index) => {
    const dropped = Math.floor(gamma * pass.size);
    const last = Math.min(pass.size, dropped + Math.floor(density * pass.size));
    if (last <= dropped) return (task, _, count) => buffers.kernel.bytes(task, 4 * count).fill(0);
    const [high = 0, low = 0] = rank.largest(pass, index, [dropped + 1, last]);
    return (task, _, count) => buffers.kernel.run.keepBetween(task, low, high, count);
  });
}

function sparseMethod(
  buffers: MergeBuffers,
  {lambda, elect}: Sum,
  thinner: (pass: TensorPass, index: number) => Thin,
): TensorMethod {
  return (pass, weights) => {
    const experts = activeExperts(weights);
    if (experts.length === 0) return copyOfBase(pass);
    const thin = experts.map((index) => thinner(pass, index));
    const factors = experts.map((index) => weights[index] ?? 0);
    const {base, out} = buffers;
    const {run} = buffers.kernel;
    const combine = (first: number, count: number) => {
      experts.forEach((index, i) => {
        const task = buffers.experts[index] ?? 0;
        run.toTask(task, base, count);
        thin[i]?.(task, first, count);
      });
      const terms = buffers.terms(experts, factors);
      if (elect) run.addElected(out, base, terms.table, terms.weights, terms.count, lambda, false, count);
      else run.addTasks(out, base, terms.table, terms.weights, terms.count, 1, lambda, count);
    };
    return {experts, combine};
  };
}
