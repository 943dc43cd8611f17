import {lowestCell, type LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';

/** A marked point of a plane. */
export interface PlaneMark {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly shape: 'circle' | 'triangle' | 'square' | 'diamond' | 'cross';
}

/**
 * Marks of the base, both experts, the lowest loss and the current weights. Where other experts are held at weights other than zero, these
 * points are not the base and the experts themselves, and are named by what is merged there.
 */
export function planeMarks(plane: LossPlane, current: readonly (number | null)[]): PlaneMark[] {
  const {
    experts: [first, second],
    axis,
    weights,
  } = plane;
  const isAlone = weights.every((weight, i) => i === first || i === second || weight === 0);
  const names = isAlone
    ? ['base', `expert ${first}`, `expert ${second}`]
    : ['neither', `all of expert ${first}`, `all of expert ${second}`];
  const places = [
    [0, 0, 'square'],
    [1, 0, 'circle'],
    [0, 1, 'triangle'],
  ] as const;
  const marks = places.map(([x, y, shape], i): PlaneMark => ({name: names[i] ?? '', x, y, shape}));
  const lowest = lowestCell(plane);
  if (lowest) marks.push({name: 'lowest', x: axis[lowest.column] ?? 0, y: axis[lowest.row] ?? 0, shape: 'diamond'});
  const [x, y] = [current[first] ?? null, current[second] ?? null];
  if (x !== null && y !== null && isInside(plane, x) && isInside(plane, y)) {
    marks.push({name: 'your weights', x, y, shape: 'cross'});
  }
  return marks;
}

function isInside({axis}: LossPlane, weight: number): boolean {
  return weight >= (axis[0] ?? 0) && weight <= (axis.at(-1) ?? 0);
}
