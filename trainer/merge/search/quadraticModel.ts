import {Matrix, SingularValueDecomposition} from 'ml-matrix';

/** c + b.d + d'Ad/2 with d = w - center. */
export interface QuadraticModel {
  readonly center: readonly number[];
  readonly constant: number;
  readonly gradient: readonly number[];
  readonly hessian: readonly (readonly number[])[];
}

export interface Observation {
  readonly weights: readonly number[];
  readonly loss: number;
  /** Weight in the least squares fit. */
  readonly trust: number;
}

/**
 * Penalty of each kind of coefficient in the minimum-norm solution. It matters only with fewer observations than the
 * (N+1)(N+2)/2 coefficients: then interactions are kept small, while constant, slope and curvature fit the observations.
 */
const price = {constant: 1e-3, slope: 1e-2, curvature: 1e-1, interaction: 1};

/** Weighted least squares fit of a quadratic; the one with the smallest interactions where the observations leave a choice. */
export function fitQuadratic(observations: readonly Observation[], center: readonly number[]): QuadraticModel {
  const rows = observations.map(({weights, trust}) =>
    monomials(weights, center).map((value) => value * Math.sqrt(trust)),
  );
  const losses = observations.map(({loss, trust}) => [loss * Math.sqrt(trust)]);
  const solution = new SingularValueDecomposition(new Matrix(rows), {autoTranspose: true}).solve(new Matrix(losses));
  return toModel(solution.to1DArray(), center);
}

/** Value of the model at w. */
export function predictLoss(model: QuadraticModel, weights: readonly number[]): number {
  const d = weights.map((weight, i) => weight - (model.center[i] ?? 0));
  return model.constant + d.reduce((sum, di, i) => sum + di * ((model.gradient[i] ?? 0) + dotRow(model, i, d) / 2), 0);
}

/** Row i of A times d. */
export function dotRow(model: QuadraticModel, i: number, d: readonly number[]): number {
  return (model.hessian[i] ?? []).reduce((sum, value, j) => sum + value * (d[j] ?? 0), 0);
}

/** 1, d_i, d_i^2 / 2 and d_i d_j (i < j), each divided by its penalty. */
function monomials(weights: readonly number[], center: readonly number[]): number[] {
  const d = weights.map((weight, i) => weight - (center[i] ?? 0));
  return [
    1 / price.constant,
    ...d.map((di) => di / price.slope),
    ...d.map((di) => (di * di) / 2 / price.curvature),
    ...d.flatMap((di, i) => d.slice(i + 1).map((dj) => (di * dj) / price.interaction)),
  ];
}

function toModel(solution: readonly number[], center: readonly number[]): QuadraticModel {
  const n = center.length;
  const hessian = center.map((_, i) =>
    center.map((_, j) => (i === j ? (solution[1 + n + i] ?? 0) / price.curvature : 0)),
  );
  let next = 1 + 2 * n;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) hessian[i]![j] = hessian[j]![i] = (solution[next++] ?? 0) / price.interaction;
  }
  const gradient = solution.slice(1, 1 + n).map((value) => value / price.slope);
  return {center, constant: (solution[0] ?? 0) / price.constant, gradient, hessian};
}
