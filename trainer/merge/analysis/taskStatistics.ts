import type {TaskStatistics} from '../../contract/run/measured/taskAnalysis.ts';
import type {TaskProducts} from '../chunks/taskProducts.ts';

/** Products over several tensors: the sums of those of each. */
export function sumOfProducts(products: readonly TaskProducts[], experts: number): TaskProducts {
  const indices = Array.from({length: experts}, (_, i) => i);
  const sum = (value: (each: TaskProducts) => number | undefined) =>
    products.reduce((total, each) => total + (value(each) ?? 0), 0);
  return {
    base: sum(({base}) => base),
    baseTasks: indices.map((i) => sum(({baseTasks}) => baseTasks[i])),
    tasks: indices.map((i) => indices.slice(0, i + 1).map((j) => sum(({tasks}) => tasks[i]?.[j]))),
    agreement: indices.map((i) =>
      indices.slice(0, i).map((j) => ({
        both: sum(({agreement}) => agreement[i]?.[j]?.both),
        same: sum(({agreement}) => agreement[i]?.[j]?.same),
      })),
    ),
  };
}

/** Norms, cosines and shares of agreeing signs from the inner products of `elements` elements. */
export function statisticsOf({base, tasks, agreement}: TaskProducts, elements: number): TaskStatistics {
  const baseNorm = Math.sqrt(base);
  const norms = tasks.map((row, i) => Math.sqrt(row[i] ?? 0));
  const cosine = (product: number, i: number, j: number) => {
    const size = (norms[i] ?? 0) * (norms[j] ?? 0);
    // Rounding can push the cosine of parallel vectors slightly beyond 1.
    return size > 0 ? Math.max(-1, Math.min(1, product / size)) : null;
  };
  return {
    elements,
    baseNorm,
    norms,
    relativeNorms: norms.map((norm) => (baseNorm > 0 ? norm / baseNorm : null)),
    cosines: tasks.map((row, i) => row.slice(0, i).map((product, j) => cosine(product, i, j))),
    agreement: agreement.map((row) => row.map(({both, same}) => (both > 0 ? same / both : null))),
  };
}
