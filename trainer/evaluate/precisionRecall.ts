import {rowsFrom, type FeatureRows, type FeatureSet} from './featureRows.ts';
import {gramBlocks, ownGramBlocks, squaredLengths, type GramBlock} from './gram.ts';

/** Between two blocks of distances, of which one takes less than a second; throws to end. */
type Pause = () => Promise<void>;

const noPause: Pause = () => Promise.resolve();

/** Real images as improved precision and recall sees them: around each a ball that reaches to its `neighbours`-th nearest of them. */
export interface Manifold {
  readonly rows: FeatureRows;
  readonly neighbours: number;
  /** What is taken from all vectors: distances stay the same, and short vectors lose fewer digits. */
  readonly centre: Float64Array;
  /** Squared, of each image. */
  readonly reach: Float64Array;
}

/** The manifold of real images, for any number of models that are compared with them. */
export async function manifoldOf(real: FeatureRows, neighbours = 3, pause = noPause): Promise<Manifold> {
  const centre = meanRow(real);
  const rows = shifted(real, centre);
  return {rows, neighbours, centre, reach: await reaches(rows, neighbours, pause)};
}

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
  real: Manifold,
  pause = noPause,
): Promise<PrecisionRecall> {
  const rows = shifted(generated, real.centre);
  const reach = await reaches(rows, real.neighbours, pause);
  const [precision, recall] = await sharesWithin({rows, reach}, real, pause);
  return {precision, recall, fScore: (2 * precision * recall) / Math.max(1e-5, precision + recall)};
}

/** Squared distance of each row to its `neighbours`-th nearest other row. */
async function reaches(rows: FeatureRows, neighbours: number, pause: Pause): Promise<Float64Array> {
  const kept = neighbours + 1;
  /** The smallest squared distances of each row in order; the very smallest is that to itself. */
  const nearest = new Float64Array(rows.count * kept).fill(Infinity);
  const offer = (row: number, distance: number) => {
    const first = row * kept;
    let at = first + neighbours;
    if (distance >= nearest[at]!) return;
    for (; at > first && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = distance;
  };
  for await (const block of ownGramBlocks(rows)) {
    await pause();
    const isDiagonal = block.firstA === block.firstB;
    forEachDistance(block, (row, other, distance) => {
      offer(row, distance);
      if (!isDiagonal) offer(other, distance);
    });
  }
  return Float64Array.from({length: rows.count}, (_, row) => nearest[row * kept + neighbours]!);
}

/** Of each of two sets the share of rows that are no further from some row of the other than that one reaches. */
async function sharesWithin(
  a: Pick<Manifold, 'rows' | 'reach'>,
  b: Pick<Manifold, 'rows' | 'reach'>,
  pause: Pause,
): Promise<readonly [number, number]> {
  const [isWithinA, isWithinB] = [a, b].map(({rows}) => new Uint8Array(rows.count)) as [Uint8Array, Uint8Array];
  for await (const block of gramBlocks(a.rows, b.rows)) {
    await pause();
    forEachDistance(block, (i, j, distance) => {
      if (distance <= b.reach[j]!) isWithinA[i] = 1;
      if (distance <= a.reach[i]!) isWithinB[j] = 1;
    });
  }
  const share = (isWithin: Uint8Array) => isWithin.reduce((sum, value) => sum + value, 0) / isWithin.length;
  return [share(isWithinA), share(isWithinB)];
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
      // A loop, because `from` with a function takes longer than the products of the rows.
      const values = new Float64Array(set.values);
      for (let i = 0; i < set.count; i++) for (let k = 0; k < dimension; k++) values[i * dimension + k]! -= centre[k]!;
      return {...set, values};
    },
  };
}
