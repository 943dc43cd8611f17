import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {type Candidates, roundWeights} from './candidates.ts';

/** Smaller steps have no measurable effect on a merge. */
const smallestStep = 1e-3;

/**
 * Cyclic line search from the best candidate: along each weight one step to both sides within [low, high], then the vertex of the
 * parabola through the three losses. A round without a gain halves the step.
 */
export async function searchCoordinates(candidates: Candidates, config: SearchConfig): Promise<void> {
  const clamp = (value: number) => Math.min(config.high, Math.max(config.low, value));
  let center = candidates.best?.weights.map(clamp) ?? [];
  let loss = await candidates.evaluate(center, 'coordinate');
  for (let step = Math.min(config.step, config.high - config.low); step >= smallestStep && candidates.left > 0;) {
    const before = loss;
    for (let i = 0; i < candidates.experts; i++)
      ({center, loss} = await lineSearch(candidates, {center, loss}, i, step, clamp));
    if (!(loss < before)) step /= 2;
  }
}

interface Point {
  readonly center: number[];
  readonly loss: number;
}

type Sample = readonly [x: number, value: number];

async function lineSearch(
  candidates: Candidates,
  from: Point,
  index: number,
  step: number,
  clamp: (value: number) => number,
): Promise<Point> {
  const moveTo = async (value: number): Promise<Point> => {
    const center = roundWeights(from.center.map((weight, i) => (i === index ? clamp(value) : weight)));
    return {center, loss: await candidates.evaluate(center, 'coordinate')};
  };
  const at = (point: Point) => point.center[index] ?? 0;
  const left = await moveTo(at(from) - step);
  const right = await moveTo(at(from) + step);
  // At a bound one side coincides with the centre: a point halfway to the other side gives the third point of the parabola.
  const third = at(left) === at(from) || at(right) === at(from) ? await moveTo((at(left) + at(right)) / 2) : from;
  const vertex = parabolaVertex([at(left), left.loss], [at(third), third.loss], [at(right), right.loss]);
  const tried = [from, left, third, right, ...(vertex === null ? [] : [await moveTo(vertex)])];
  return tried.reduce((best, next) => (next.loss < best.loss ? next : best));
}

/** Abscissa of the minimum of the parabola through three points (x, f(x)) with x rising; null where it has none. */
export function parabolaVertex([a, fa]: Sample, [b, fb]: Sample, [c, fc]: Sample): number | null {
  const slopeAB = (fb - fa) / (b - a);
  const slopeBC = (fc - fb) / (c - b);
  const curvature = (slopeBC - slopeAB) / (c - a);
  if (!(curvature > 0) || !Number.isFinite(curvature)) return null;
  return (a + b) / 2 - slopeAB / (2 * curvature);
}
