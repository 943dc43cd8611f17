/** A point in grid coordinates, column and row, with its value. */
type Vertex = readonly [x: number, y: number, value: number];

/**
 * The area in which a grid of values is at or above a level, as one SVG path in grid coordinates. Values are interpolated linearly between
 * grid points; cells with a missing corner are left out.
 */
export function contourArea(rows: readonly (readonly (number | null)[])[], level: number): string {
  const parts: string[] = [];
  forEachTriangle(rows, (triangle) => {
    const inside = clipped(triangle, level);
    if (inside.length > 2) parts.push(`M${inside.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}Z`);
  });
  return parts.join('');
}

/** The contour line of a level, as one SVG path of short pieces. */
export function contourLine(rows: readonly (readonly (number | null)[])[], level: number): string {
  const parts: string[] = [];
  forEachTriangle(rows, (triangle) => {
    const crossings = crossingsOf(triangle, level);
    if (crossings.length === 2) parts.push(`M${crossings.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}`);
  });
  return parts.join('');
}

/** `count` levels from the lowest value up. They rise quadratically, so that contours are evenly spaced where the loss is a quadratic bowl. */
export function contourLevels(rows: readonly (readonly (number | null)[])[], count: number): number[] {
  const values = rows.flat().filter((value) => value !== null);
  if (values.length === 0) return [];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return Array.from({length: count}, (_, i) => low + (high - low) * (i / count) ** 2);
}

/** Splits each cell into two triangles, in which a contour is unambiguous. */
function forEachTriangle(
  rows: readonly (readonly (number | null)[])[],
  act: (triangle: readonly Vertex[]) => void,
): void {
  for (let y = 0; y + 1 < rows.length; y++) {
    for (let x = 0; x + 1 < (rows[y]?.length ?? 0); x++) {
      const corner = (dx: 0 | 1, dy: 0 | 1): Vertex => [x + dx, y + dy, rows[y + dy]?.[x + dx] ?? NaN];
      const [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
      if ([a, b, c, d].some(([, , value]) => Number.isNaN(value))) continue;
      act([a, b, c]);
      act([a, c, d]);
    }
  }
}

/** The part of a polygon at or above the level (clipping by Sutherland and Hodgman, 1974). */
function clipped(polygon: readonly Vertex[], level: number): Vertex[] {
  return polygon.flatMap((from, i) => {
    const to = polygon[(i + 1) % polygon.length] as Vertex;
    const kept = from[2] >= level ? [from] : [];
    return from[2] >= level === to[2] >= level ? kept : [...kept, between(from, to, level)];
  });
}

function crossingsOf(polygon: readonly Vertex[], level: number): Vertex[] {
  return polygon.flatMap((from, i) => {
    const to = polygon[(i + 1) % polygon.length] as Vertex;
    return from[2] >= level === to[2] >= level ? [] : [between(from, to, level)];
  });
}

function between(from: Vertex, to: Vertex, level: number): Vertex {
  const share = (level - from[2]) / (to[2] - from[2]);
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), level];
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
