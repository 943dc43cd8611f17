export const interpolations = ['bilinear', 'bicubic', 'lanczos', 'box', 'nearest'] as const;
export type Interpolation = (typeof interpolations)[number];

/** For each output position the source positions that it is made of, and their weights. */
export interface ResampleAxis {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `stride` weights for each output position, which add up to 1; null where each has just one source position. */
  readonly weights: Float64Array | null;
  readonly stride: number;
}

interface Filter {
  /** Distance from the centre at which it has become 0. */
  readonly support: number;
  weight(x: number): number;
}

const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  box: {support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0)},
  bilinear: {support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x))},
  bicubic: {support: 2, weight: (x) => cubic(Math.abs(x))},
  lanczos: {support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)},
};

/** Keys' cubic convolution with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/**
 * The output positions [first, first + count) of `size`, made of `source` positions, as in Pillow's Resample.c: filters widen by the factor
 * where the size shrinks, and a direction in which it stays is left as it is.
 */
export function resampleAxis(
  source: number,
  size: number,
  interpolation: Interpolation,
  first: number,
  count: number,
): ResampleAxis {
  if (source === size) return single(Int32Array.from({length: count}, (_, i) => first + i));
  if (interpolation === 'nearest') return single(nearest(source, size).subarray(first, first + count));
  return weighted(source / size, source, filters[interpolation], first, count);
}

function single(starts: Int32Array): ResampleAxis {
  return {starts, counts: new Int32Array(starts.length).fill(1), weights: null, stride: 1};
}

/** Pillow adds up the steps, and so do these, since a product rounds to another position now and then. */
function nearest(source: number, size: number): Int32Array {
  const step = source / size;
  const positions = new Int32Array(size);
  for (let i = 0, at = step * 0.5; i < size; i++, at += step) positions[i] = Math.min(Math.trunc(at), source - 1);
  return positions;
}

function weighted(scale: number, source: number, filter: Filter, first: number, count: number): ResampleAxis {
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const [starts, counts] = [new Int32Array(count), new Int32Array(count)];
  const weights = new Float64Array(count * stride);
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(source, Math.trunc(centre + support + 0.5)) - start;
    const own = weights.subarray(i * stride, i * stride + taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = filter.weight((tap + start - centre + 0.5) * (1 / stretch));
      own[tap] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let tap = 0; tap < taps; tap++) own[tap] = (own[tap] ?? 0) / sum;
    [starts[i], counts[i]] = [start, taps];
  }
  return {starts, counts, weights, stride};
}
