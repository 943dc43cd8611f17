/** Records of one level hold `fan` records of the level below. */
export const fan = 16;
const powersPerLevel = Math.log2(fan);

/** A stretch of equally large bins: `count` bins, each made of `group` neighbouring records of `level`, from record `first` on. */
export interface BinStretch {
  readonly level: number;
  readonly first: number;
  readonly group: number;
  readonly count: number;
}

/**
 * Covers the rows [from, to) with bins whose sizes are powers of two and whose starts are multiples of their size, so that a bin never
 * moves when rows are appended behind it. `limit(row)` is the largest size that a bin starting there may have.
 */
export function planBins(from: number, to: number, limit: (row: number) => number): BinStretch[] {
  const plan: BinStretch[] = [];
  for (let row = from; row < to;) {
    const power = largestPower(row, to, limit(row));
    extend(plan, row, power);
    row += 2 ** power;
  }
  return plan;
}

/** The size that shows `rows` rows in at most `points` bins, apart from a few small ones at the ends. */
export function evenLimit(rows: number, points: number): (row: number) => number {
  const size = 2 ** Math.max(0, Math.ceil(Math.log2(rows / points)));
  return () => size;
}

/** Bins for a logarithmic axis: about equally many in each doubling of the row number. */
export function logarithmicLimit(rows: number, points: number): (row: number) => number {
  const perDoubling = 2 ** Math.max(0, Math.floor(Math.log2(points / Math.max(1, Math.log2(rows + 1)))));
  return (row) => Math.max(1, row / perDoubling);
}

function largestPower(row: number, to: number, limit: number): number {
  let power = 0;
  while (2 ** (power + 1) <= limit && row % 2 ** (power + 1) === 0 && row + 2 ** (power + 1) <= to) power++;
  return power;
}

function extend(plan: BinStretch[], row: number, power: number): void {
  const level = Math.floor(power / powersPerLevel);
  const group = 2 ** (power % powersPerLevel);
  const first = row / fan ** level;
  const last = plan.at(-1);
  const follows = last?.level === level && last.group === group && last.first + last.count * group === first;
  if (last !== undefined && follows) plan[plan.length - 1] = {...last, count: last.count + 1};
  else plan.push({level, first, group, count: 1});
}
