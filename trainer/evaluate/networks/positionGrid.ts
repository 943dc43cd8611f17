/** How positions are scaled. */
export interface PositionScale {
  /** Patches along one side. */
  readonly from: number;
  readonly to: number;
  /** A step of the result in steps of the source. */
  readonly step: number;
  /** As the models with registers have it. */
  readonly antialias: boolean;
}

/**
 * Positions of patches for another size of image: [1 + from x from, width] -> [1 + to x to, width], the class token's as it is, the others by PyTorch's
 * bicubic interpolation with half-pixel centres: without antialias a = -0.75 and edges repeated, with it a = -0.5 and edges left out.
 */
export function resizePositions(positions: Float32Array, {from, to, step, antialias}: PositionScale): Float32Array {
  const width = positions.length / (from * from + 1);
  if (from === to) return positions;
  const tapsOf = antialias ? smoothTaps : cubicTaps;
  const taps = Array.from({length: to}, (_, i) => tapsOf(i, step, from));
  const result = new Float32Array((to * to + 1) * width);
  result.set(positions.subarray(0, width));
  const sums = new Float64Array(width);
  for (const [y, rows] of taps.entries()) {
    for (const [x, columns] of taps.entries()) {
      sums.fill(0);
      for (const row of rows) {
        for (const column of columns) {
          const start = (1 + row.at * from + column.at) * width;
          const weight = row.weight * column.weight;
          for (let i = 0; i < width; i++) sums[i] = sums[i]! + weight * positions[start + i]!;
        }
      }
      result.set(sums, (1 + y * to + x) * width);
    }
  }
  return result;
}

/** One patch of the source in one of the result. */
interface Tap {
  readonly at: number;
  readonly weight: number;
}

function cubicTaps(index: number, step: number, size: number): Tap[] {
  const place = step * (index + 0.5) - 0.5;
  const low = Math.floor(place);
  return [-1, 0, 1, 2].map((i) => ({
    at: Math.min(size - 1, Math.max(0, low + i)),
    weight: cubic(low + i - place, -0.75),
  }));
}

/** The kernel as wide as a step where the grid shrinks; weights add up to 1. */
function smoothTaps(index: number, step: number, size: number): Tap[] {
  const stretch = Math.max(1, step);
  const centre = step * (index + 0.5);
  const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
  const end = Math.min(size, Math.trunc(centre + 2 * stretch + 0.5));
  const taps = Array.from({length: end - first}, (_, i) => ({
    at: first + i,
    weight: cubic((first + i + 0.5 - centre) / stretch, -0.5),
  }));
  const sum = taps.reduce((total, {weight}) => total + weight, 0);
  return taps.map(({at, weight}) => ({at, weight: weight / sum}));
}

/** Keys, "Cubic convolution interpolation for digital image processing" (1981). */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
