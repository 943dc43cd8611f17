/** A point of a curve; a y of null is a gap. */
export type CurvePoint = readonly [x: number, y: number | null];

/**
 * Exponential moving average with the bias correction of Adam (Kingma & Ba 2015, section 3): the first values count as a plain mean
 * instead of being pulled to zero. Gaps stay gaps and do not affect the average.
 */
export function smoothCurve(points: readonly CurvePoint[], decay: number): CurvePoint[] {
  let average = 0;
  let weight = 0;
  return points.map(([x, y]) => {
    if (y === null) return [x, null];
    average = decay * average + (1 - decay) * y;
    weight = decay * weight + (1 - decay);
    return [x, average / weight];
  });
}
