import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {disposeParams, mapParams, param, type Params} from '../../nn/params.ts';
import {addTasks} from '../blend.ts';

/** Additions after which a merge is computed from scratch: each may add half a unit in the last place of float32. */
const maxAdditions = 16;

/** Maps a vector of a search to the weights of a tensor; usually the vector itself. */
export type WeightsOf = (vector: readonly number[], name: string) => readonly number[];

interface Move {
  readonly vector: readonly number[];
  /** Computed from base and task vectors instead of from the previous merge. */
  readonly isExact: boolean;
}

/**
 * Computes each merge from the previous one: theta += (w_i - w_i') tau_i for the weights that differ, so that a candidate that changes one weight
 * costs one pass over memory. Computed from scratch where that costs no more, and after 16 additions, which bounds the rounding error.
 *
 * The result depends only on the visited vectors and their order, not on which of them were computed. A resumed search that visits the candidates
 * it knows therefore continues with the same bits.
 */
export class IncrementalMerge {
  readonly #base: Params;
  readonly #vectors: readonly Params[];
  readonly #weightsOf: WeightsOf;
  /** Moves visited but not computed, since the last exact one. */
  #pending: Move[] = [];
  #last: readonly number[] | null = null;
  #additions = 0;
  #params: Params | null = null;
  #at: readonly number[] = [];

  /** Base and task vectors remain the caller's, and must outlive this object. */
  constructor(base: Params, vectors: readonly Params[], weightsOf: WeightsOf = (vector) => vector) {
    this.#base = base;
    this.#vectors = vectors;
    this.#weightsOf = weightsOf;
  }

  /** Moves to these weights without computing anything. */
  visit(vector: readonly number[]): void {
    const isExact = this.#isExactNext(vector);
    this.#additions = isExact ? 0 : this.#additions + 1;
    this.#pending = isExact ? [{vector, isExact}] : [...this.#pending, {vector, isExact}];
    this.#last = vector;
  }

  /** The merge at the last visited weights. It belongs to this object and is valid until the next call. */
  params(): Params {
    for (const move of this.#pending) this.#apply(move);
    this.#pending = [];
    if (this.#params === null) throw new Error('no weights were visited');
    return this.#params;
  }

  dispose(): void {
    if (this.#params !== null) disposeParams(this.#params);
    this.#params = null;
  }

  /** A merge from scratch reads the task vectors of nonzero weight, an addition those whose weight changes. */
  #isExactNext(vector: readonly number[]): boolean {
    const last = this.#last;
    if (last === null || this.#additions >= maxAdditions) return true;
    const changed = vector.filter((weight, i) => weight !== last[i]).length;
    return changed >= vector.filter((weight) => weight !== 0).length;
  }

  #apply({vector, isExact}: Move): void {
    if (isExact) {
      this.dispose();
      this.#params = mapParams(this.#base, (tensor, name) => this.#merged(tensor, name, vector));
    } else {
      const before = this.#params ?? new Map<string, Tensor>();
      this.#params = mapParams(before, (tensor, name) => this.#moved(tensor, name, vector));
    }
    this.#at = vector;
  }

  #merged(tensor: Tensor, name: string, vector: readonly number[]): Tensor {
    return tf.tidy(() => addTasks(tensor, name, this.#vectors, this.#weightsOf(vector, name)));
  }

  /** Replaces tensor by tensor, so that two whole models are never held at once. */
  #moved(tensor: Tensor, name: string, vector: readonly number[]): Tensor {
    const [before, after] = [this.#weightsOf(this.#at, name), this.#weightsOf(vector, name)];
    if (after.every((weight, i) => weight === before[i])) return tensor;
    const next = tf.tidy(() =>
      this.#vectors.reduce((sum, task, i) => {
        const change = (after[i] ?? 0) - (before[i] ?? 0);
        return change === 0 ? sum : tf.add(sum, tf.mul(param(task, name), change));
      }, tensor),
    );
    tensor.dispose();
    return next;
  }
}
