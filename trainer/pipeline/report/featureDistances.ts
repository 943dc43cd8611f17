import {rowsFrom, type FeatureRows} from '../../evaluate/featureRows.ts';

/** Features that are compared at once. */
const rowsAtOnce = 256;

/** [count] Euclidean, between rows of the same number. */
export function pairedDistances(a: FeatureRows, b: FeatureRows, count: number): Float64Array {
  const distances = new Float64Array(count);
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first);
    const [own, other] = [rowsFrom(a, first, rows), rowsFrom(b, first, rows)];
    own.values.forEach((value, i) => {
      distances[first + Math.floor(i / own.dimension)]! += (value - (other.values[i] ?? NaN)) ** 2;
    });
  }
  return distances.map(Math.sqrt);
}

/** [count] Euclidean, from each of the first rows to the nearest of the first `others` rows of another set. */
export function nearestDistances(a: FeatureRows, count: number, b: FeatureRows, others: number): Float64Array {
  const nearest = new Float64Array(count).fill(Infinity);
  const {values: own, dimension} = rowsFrom(a, 0, count);
  for (let first = 0; first < others; first += rowsAtOnce) {
    const {values: there, count: rows} = rowsFrom(b, first, Math.min(rowsAtOnce, others - first));
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < rows; j++) {
        let sum = 0;
        for (let k = 0; k < dimension; k++)
          sum += ((own[i * dimension + k] ?? 0) - (there[j * dimension + k] ?? 0)) ** 2;
        if (sum < (nearest[i] ?? 0)) nearest[i] = sum;
      }
    }
  }
  return nearest.map(Math.sqrt);
}
