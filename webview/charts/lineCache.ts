import type {CurveData} from '../state.ts';
import {curvePoints, type CurvePoints, type PointOptions} from './curvePoints.ts';

const made = new WeakMap<Float64Array, Map<string, CurvePoints>>();

/** The points of a curve, computed once for the bins and options. */
export function cachedPoints({bins, lead}: CurveData, options: PointOptions): CurvePoints {
  const known = made.get(bins) ?? new Map<string, CurvePoints>();
  made.set(bins, known);
  const key = `${lead} ${JSON.stringify(options)}`;
  const points = known.get(key) ?? curvePoints(bins, lead, options);
  known.set(key, points);
  return points;
}

/** Gives back the last result for as long as all inputs are the very same. */
export function memo<I extends readonly unknown[], T>(compute: (...inputs: I) => T): (...inputs: I) => T {
  let last: {inputs: I; result: T} | null = null;
  return (...inputs) => {
    const isSame =
      last !== null && inputs.length === last.inputs.length && inputs.every((x, i) => x === last?.inputs[i]);
    if (!isSame || last === null) last = {inputs, result: compute(...inputs)};
    return last.result;
  };
}
