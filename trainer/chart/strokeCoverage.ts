/** A straight stroke in pixels: x runs right, y down, and the pixel (0, 0) covers [0, 1) x [0, 1). Both ends are round. */
export type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

/** How much of each pixel of a rectangle is covered, 0 to 1, [height, width]. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Coverage by strokes of one thickness, inside a canvas of the given size. Where strokes overlap the largest coverage counts, so that
 * the joints of a curve are no darker than the rest.
 */
export function strokeCoverage(
  strokes: readonly Stroke[],
  thickness: number,
  canvas: {readonly width: number; readonly height: number},
): Coverage {
  const reach = thickness / 2 + 0.5;
  const spans = (x: 0 | 1, limit: number) => span(strokes, x, reach, limit);
  const [left, right] = spans(0, canvas.width);
  const [top, bottom] = spans(1, canvas.height);
  const [width, height] = [Math.max(0, right - left), Math.max(0, bottom - top)];
  const coverage: Coverage = {left, top, width, height, values: new Float32Array(width * height)};
  for (const stroke of strokes) cover(coverage, stroke, reach);
  return coverage;
}

/** First pixel and end of what strokes may touch along an axis (0: x, 1: y), inside [0, limit). */
function span(strokes: readonly Stroke[], axis: 0 | 1, reach: number, limit: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const stroke of strokes) {
    low = Math.min(low, stroke[axis], stroke[axis === 0 ? 2 : 3]);
    high = Math.max(high, stroke[axis], stroke[axis === 0 ? 2 : 3]);
  }
  return low > high ? [0, 0] : [Math.max(0, Math.floor(low - reach)), Math.min(limit, Math.ceil(high + reach))];
}

/** A pixel is covered by its distance to the stroke: fully up to `reach` - 1 from its centre, not at all from `reach` on. */
function cover({left, top, width, height, values}: Coverage, stroke: Stroke, reach: number): void {
  const [firstX, endX] = span([stroke], 0, reach, left + width);
  const [firstY, endY] = span([stroke], 1, reach, top + height);
  for (let y = Math.max(top, firstY); y < endY; y++) {
    for (let x = Math.max(left, firstX); x < endX; x++) {
      const value = Math.min(1, reach - distance(stroke, x + 0.5, y + 0.5));
      const at = (y - top) * width + x - left;
      if (value > (values[at] ?? 0)) values[at] = value;
    }
  }
}

function distance([x0, y0, x1, y1]: Stroke, x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / squared));
  const [awayX, awayY] = [x - x0 - along * dx, y - y0 - along * dy];
  return Math.sqrt(awayX * awayX + awayY * awayY);
}
