import {rowsFrom, type FeatureRows, type FeatureSet} from './featureRows.ts';
import {gramBlocks, squaredLengths, type GramBlock} from './gram.ts';

/** Distances between more images than this take hours without a GPU. */
export const mostPairs = 20_000 ** 2;

export interface PrecisionRecall {
  /** Share of the generated images that lie within the reach of some real one. */
  readonly precision: number;
  /** Share of the real images that lie within the reach of some generated one. */
  readonly recall: number;
  readonly fScore: number;
}

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019): an image reaches as far as its `neighbours`-th nearest neighbour in its own set. As in
 * torch-fidelity, which takes 3.
 */
export async function precisionRecall(
  generated: FeatureRows,
  real: FeatureRows,
  neighbours = 3,
): Promise<PrecisionRecall> {
  // Distances stay the same when all vectors are moved, and short vectors lose fewer digits.
  const centre = meanRow(real);
  const [moved, fixed] = [shifted(generated, centre), shifted(real, centre)];
  const precision = await shareWithin(moved, fixed, await reaches(fixed, neighbours));
  const recall = await shareWithin(fixed, moved, await reaches(moved, neighbours));
  return {precision, recall, fScore: (2 * precision * recall) / Math.max(1e-5, precision + recall)};
}

/** Squared distance of each row to its `neighbours`-th nearest other row. */
async function reaches(rows: FeatureRows, neighbours: number): Promise<Float64Array> {
  const kept = neighbours + 1;
  /** The smallest squared distances of each row in order; the very smallest is that to itself. */
  const nearest = new Float64Array(rows.count * kept).fill(Infinity);
  for await (const block of gramBlocks(rows, rows)) {
    forEachDistance(block, (row, _, distance) => {
      let at = row * kept + kept - 1;
      if (distance >= nearest[at]!) return;
      for (; at > row * kept && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!;
      nearest[at] = distance;
    });
  }
  return Float64Array.from({length: rows.count}, (_, row) => nearest[row * kept + neighbours]!);
}

/** Share of `rows` that are no further from some row of `others` than that one reaches. */
async function shareWithin(rows: FeatureRows, others: FeatureRows, reach: Float64Array): Promise<number> {
  const isWithin = new Uint8Array(rows.count);
  for await (const block of gramBlocks(rows, others)) {
    forEachDistance(block, (row, other, distance) => {
      if (distance <= reach[other]!) isWithin[row] = 1;
    });
  }
  return isWithin.reduce((sum, value) => sum + value, 0) / rows.count;
}

function forEachDistance(
  {a, b, firstA, firstB, products}: GramBlock,
  visit: (rowA: number, rowB: number, squaredDistance: number) => void,
): void {
  const [squaresA, squaresB] = [squaredLengths(a), squaredLengths(b)];
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      const squared = squaresA[i]! + squaresB[j]! - 2 * products[i * b.count + j]!;
      visit(firstA + i, firstB + j, Math.max(0, squared));
    }
  }
}

/** Of the first rows: any point near them will do. */
function meanRow(rows: FeatureRows): Float64Array {
  const count = Math.min(rows.count, 1000);
  const {values, dimension} = rowsFrom(rows, 0, count);
  const mean = new Float64Array(dimension);
  values.forEach((value, i) => (mean[i % dimension]! += value / count));
  return mean;
}

function shifted(rows: FeatureRows, centre: Float64Array): FeatureRows {
  const {count, dimension} = rows;
  return {
    count,
    dimension,
    rows(numbers): FeatureSet {
      const set = rows.rows(numbers);
      return {...set, values: Float64Array.from(set.values, (value, i) => value - centre[i % dimension]!)};
    },
  };
}
