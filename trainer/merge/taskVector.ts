import type {TensorReader} from '../store/tensorReader.ts';
import type {MergeTensor} from './checkTensors.ts';
import {readWeights} from './readWeights.ts';

/** Sizes and angles of the task vectors tau_i = theta_i - theta (double precision, all floating tensors). */
export interface TaskVectorStatistics {
  /** |tau_i| */
  readonly norms: readonly number[];
  /** |tau_i| / |theta| */
  readonly relativeNorms: readonly number[];
  /** cos(tau_i, tau_j); 0 where a vector is zero. */
  readonly cosines: readonly (readonly number[])[];
  /** |tau_i| of each tensor, by name. */
  readonly byTensor: ReadonlyMap<string, readonly number[]>;
}

/** One pass over the files, holding one tensor of each at a time. `tensors` comes from `checkTensors`. */
export async function taskVectorStatistics(
  base: TensorReader,
  experts: readonly TensorReader[],
  tensors: readonly MergeTensor[],
): Promise<TaskVectorStatistics> {
  const gram = experts.map(() => experts.map(() => 0));
  const byTensor = new Map<string, readonly number[]>();
  let baseSquares = 0;
  for (const {name, shape, integer} of tensors) {
    if (integer) continue;
    const origin = await readWeights(base, name, shape);
    const tasks: Float64Array[] = [];
    for (const expert of experts) tasks.push(difference(await readWeights(expert, name, shape), origin));
    const products = tasks.map((a, i) => tasks.slice(0, i + 1).map((b) => dot(a, b)));
    products.forEach((row, i) => row.forEach((value, j) => addSymmetric(gram, i, j, value)));
    byTensor.set(
      name,
      products.map((row, i) => Math.sqrt(row[i] ?? 0)),
    );
    baseSquares += dot(origin, origin);
  }
  return {...normsAndCosines(gram, baseSquares), byTensor};
}

function difference(expert: Float32Array, base: Float32Array): Float64Array {
  const task = Float64Array.from(expert);
  for (let k = 0; k < task.length; k++) task[k] = task[k]! - base[k]!;
  return task;
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function addSymmetric(gram: number[][], i: number, j: number, value: number): void {
  gram[i]![j]! += value;
  if (i !== j) gram[j]![i]! += value;
}

function normsAndCosines(
  gram: readonly (readonly number[])[],
  baseSquares: number,
): Omit<TaskVectorStatistics, 'byTensor'> {
  const norms = gram.map((row, i) => Math.sqrt(row[i] ?? 0));
  const cosine = (value: number, i: number, j: number) => (norms[i] && norms[j] ? value / (norms[i] * norms[j]) : 0);
  return {
    norms,
    relativeNorms: norms.map((norm) => norm / Math.sqrt(baseSquares)),
    cosines: gram.map((row, i) => row.map((value, j) => cosine(value, i, j))),
  };
}
