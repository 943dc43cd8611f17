/**
 * Positions of patches for another size of image: [1 + from x from, width] -> [1 + to x to, width], the class token's as it is, the others by PyTorch's
 * bicubic interpolation without antialias (a = -0.75, half-pixel centres, edges repeated), where a step of the result is `step` of the source.
 */
export function resizePositions(
  positions: Float32Array,
  {from, to, step}: {readonly from: number; readonly to: number; readonly step: number},
): Float32Array {
  const width = positions.length / (from * from + 1);
  if (from === to) return positions;
  const taps = Array.from({length: to}, (_, i) => cubicTaps(i, step, from));
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

const a = -0.75;

function cubicTaps(index: number, step: number, size: number): {at: number; weight: number}[] {
  const place = step * (index + 0.5) - 0.5;
  const low = Math.floor(place);
  const share = place - low;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  const weights = [far(share + 1), near(share), near(1 - share), far(2 - share)];
  return weights.map((weight, i) => ({at: Math.min(size - 1, Math.max(0, low - 1 + i)), weight}));
}
