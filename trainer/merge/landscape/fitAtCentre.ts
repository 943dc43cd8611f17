import type {CentreFit} from '../../contract/run/measured/lossLandscape.ts';
import {fitQuadratic, type Observation} from '../search/quadraticModel.ts';

/**
 * First and second derivatives at the centre along both axes: those of the quadratic in a and b (with a mixed term) that fits best, by least squares, the
 * points up to half of the extent from the centre on each axis, and at least its eight neighbours. Null where one of their losses is missing.
 *
 * @param rows [b][a], losses at the values of `axis`
 */
export function fitAtCentre(axis: readonly number[], rows: readonly (readonly (number | null)[])[]): CentreFit | null {
  const middle = (axis.length - 1) / 2;
  const reach = Math.max(1, Math.floor(middle / 2));
  const near = Array.from({length: 2 * reach + 1}, (_, i) => middle - reach + i);
  const scale = axis[middle + reach] ?? NaN;
  const observations: Observation[] = [];
  for (const [j, i] of near.flatMap((row) => near.map((column) => [row, column] as const))) {
    const loss = rows[j]?.[i] ?? null;
    if (loss === null) return null;
    // In units of the outermost of them, so that the fit is as well conditioned at any extent.
    observations.push({weights: [(axis[i] ?? NaN) / scale, (axis[j] ?? NaN) / scale], loss, trust: 1});
  }
  const {gradient, hessian} = fitQuadratic(observations, [0, 0]);
  const first = (i: 0 | 1) => (gradient[i] ?? NaN) / scale;
  const second = (i: 0 | 1) => (hessian[i]?.[i] ?? NaN) / scale ** 2;
  return {slope: {a: first(0), b: first(1)}, curvature: {a: second(0), b: second(1)}};
}
