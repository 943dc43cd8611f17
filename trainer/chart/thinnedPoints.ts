/** A point of a chart, in its own unit. */
export type Point = readonly [x: number, y: number];

/** As many points of a column of pixels say all that can be seen: where the curve comes in, how far up and down it goes, and where it leaves. */
const ofColumn = 4;

/**
 * A curve of no more than four points for each unit of x, which looks as the one of all points: a long training has many more than a picture has pixels, and
 * would make it as large as its log. Curves that have so few are left as they are.
 */
export function thinnedPoints(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (let from = 0; from < points.length;) {
    const column = columnOf(points[from]);
    let to = from + 1;
    while (to < points.length && columnOf(points[to]) === column) to++;
    const own = points.slice(from, to);
    kept.push(...(own.length > ofColumn ? outline(own) : own));
    from = to;
  }
  return kept;
}

function columnOf(point: Point | undefined): number {
  return Math.floor(point?.[0] ?? NaN);
}

function outline(points: readonly Point[]): Point[] {
  const ys = points.map(([, y]) => y);
  const extremes = [Math.min, Math.max].map((most) => ys.indexOf(ys.reduce((one, other) => most(one, other))));
  const kept = new Set([0, ...extremes, points.length - 1]);
  return points.filter((_, i) => kept.has(i));
}
