import {CholeskyDecomposition, Matrix} from 'ml-matrix';
import {dotRow, predictLoss, type QuadraticModel} from './quadraticModel.ts';

/** Bounds of each weight. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Minimum of the model in the box: its own minimum where it is convex and that lies inside, else the lowest point that descent
 * along the axes reaches from the starts. An indefinite model has no minimum of its own, so there the box is the trust region.
 */
export function minimiseQuadratic(model: QuadraticModel, box: Box, starts: readonly (readonly number[])[]): number[] {
  const own = ownMinimum(model);
  if (own !== null && own.every((value, i) => value >= low(box, i) && value <= high(box, i))) return own;
  const ends = starts.map((start) => descend(model, box, start));
  return ends.reduce((best, next) => (predictLoss(model, next) < predictLoss(model, best) ? next : best));
}

/** center - A^-1 b, null unless A is positive definite. */
function ownMinimum({center, gradient, hessian}: QuadraticModel): number[] | null {
  const cholesky = new CholeskyDecomposition(new Matrix(hessian.map((row) => [...row])));
  if (!cholesky.isPositiveDefinite()) return null;
  const step = cholesky.solve(Matrix.columnVector([...gradient])).to1DArray();
  return center.map((value, i) => value - (step[i] ?? 0));
}

/** Exact minimisation along each axis in turn, until a round changes nothing. */
function descend(model: QuadraticModel, box: Box, start: readonly number[]): number[] {
  const w = start.map((value, i) => clamp(box, i, value));
  for (let round = 0; round < 1000; round++) {
    const moves = w.map((_, i) => moveAlong(model, box, w, i));
    if (moves.every((move) => Math.abs(move) < 1e-9)) break;
  }
  return w;
}

function moveAlong(model: QuadraticModel, box: Box, w: number[], i: number): number {
  const d = w.map((value, j) => value - (model.center[j] ?? 0));
  const slope = (model.gradient[i] ?? 0) + dotRow(model, i, d);
  const curvature = model.hessian[i]?.[i] ?? 0;
  const from = w[i] ?? 0;
  w[i] = curvature > 0 ? clamp(box, i, from - slope / curvature) : lowerEnd(box, i, from, slope, curvature);
  return w[i] - from;
}

/** A line without upward curvature is lowest at one of the two bounds. */
function lowerEnd(box: Box, i: number, from: number, slope: number, curvature: number): number {
  const change = (to: number) => slope * (to - from) + (curvature * (to - from) ** 2) / 2;
  const ends = [from, low(box, i), high(box, i)];
  return ends.reduce((best, next) => (change(next) < change(best) ? next : best));
}

const low = (box: Box, i: number) => box.low[i] ?? -Infinity;
const high = (box: Box, i: number) => box.high[i] ?? Infinity;
const clamp = (box: Box, i: number, value: number) => Math.min(high(box, i), Math.max(low(box, i), value));
