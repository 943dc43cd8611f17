import type {SketchLayout} from './gradientSketch.ts';

/** Digits after the point: rounding is far below the noise of the gradients, and halves the file. */
const digits = 6;

/** What gradients at several timesteps have to do with each other. */
export interface ConflictCosines {
  /** [timesteps] */
  readonly norms: number[];
  /** [i][j] for j < i; null where a gradient is zero. */
  readonly overall: (number | null)[][];
  /** In the order in which `partOf` first names them. */
  readonly parts: {name: string; elements: number; cosines: (number | null)[][]}[];
}

/**
 * Norms and cosines of gradients from their sketches, [timesteps][total], over the whole network and over each of its parts.
 * @param partOf the part of the network that a tensor belongs to
 */
export function conflictCosines(
  sketches: readonly Float32Array[],
  layout: SketchLayout,
  partOf: (tensorName: string) => string,
): ConflictCosines {
  const {names, sizes: elements} = layout.gradient;
  const parts = new Map<string, {elements: number; products: number[][]}>();
  let begin = 0;
  names.forEach((name, i) => {
    const end = begin + (layout.sizes[i] ?? 0);
    const own = products(sketches.map((sketch) => sketch.subarray(begin, end)));
    const part = parts.get(partOf(name));
    parts.set(partOf(name), {
      elements: (part?.elements ?? 0) + (elements[i] ?? 0),
      products: part ? sum(part.products, own) : own,
    });
    begin = end;
  });
  const all = [...parts.values()].map((part) => part.products).reduce(sum);
  return {
    norms: all.map((row) => Number(Math.sqrt(row.at(-1) ?? NaN).toPrecision(digits))),
    overall: cosines(all),
    parts: [...parts].map(([name, part]) => ({name, elements: part.elements, cosines: cosines(part.products)})),
  };
}

/** [i][j] for j <= i: the scalar products of all pairs of vectors. */
function products(vectors: readonly Float32Array[]): number[][] {
  return vectors.map((one, i) => vectors.slice(0, i + 1).map((other) => scalarProduct(one, other)));
}

function scalarProduct(one: Float32Array, other: Float32Array): number {
  let product = 0;
  for (let k = 0; k < one.length; k++) product += one[k]! * other[k]!;
  return product;
}

function sum(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): number[][] {
  return one.map((row, i) => row.map((value, j) => value + (other[i]?.[j] ?? NaN)));
}

function cosines(triangle: readonly (readonly number[])[]): (number | null)[][] {
  const norms = triangle.map((row) => Math.sqrt(row.at(-1) ?? NaN));
  return triangle.map((row, i) =>
    row.slice(0, -1).map((product, j) => {
      const lengths = (norms[i] ?? NaN) * (norms[j] ?? NaN);
      return lengths === 0 ? null : Math.min(1, Math.max(-1, Number((product / lengths).toFixed(digits))));
    }),
  );
}
