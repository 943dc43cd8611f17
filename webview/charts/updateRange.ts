/** A range of updates, or of what else an x axis shows, both ends included. */
export interface UpdateRange {
  readonly from: number;
  readonly to: number;
}

/** Scales the width of a range by `factor` about `centre`, by default its middle. Null: everything is shown. */
export function zoomed(
  range: UpdateRange,
  factor: number,
  all: UpdateRange,
  centre?: number,
  least?: number,
): UpdateRange | null {
  const middle = centre ?? (range.from + range.to) / 2;
  return inside({from: middle + (range.from - middle) * factor, to: middle + (range.to - middle) * factor}, all, least);
}

/** Moves a range by a share of its width. Null: everything is shown. */
export function panned(range: UpdateRange, share: number, all: UpdateRange, least?: number): UpdateRange | null {
  const width = range.to - range.from;
  const from = Math.min(Math.max(all.from, range.from + share * width), Math.max(all.from, all.to - width));
  return inside({from, to: from + width}, all, least);
}

/** Limits a range to `all`, and to a width of at least `least`. Null: everything is shown. */
export function inside(range: UpdateRange, all: UpdateRange, least = 2): UpdateRange | null {
  const from = Math.max(all.from, Math.min(range.from, all.to - least));
  const to = Math.min(all.to, Math.max(range.to, from + least));
  return from <= all.from && to >= all.to ? null : {from, to};
}

const axisSteps = 256;

/**
 * End of an axis that has to reach this update: the next multiple of a power of two of about update / 256. Thus most steps leave the
 * axis as it is. Small updates are returned unchanged; what is counted in parts (`isWhole` false) is rounded in the same way.
 */
export function axisEnd(update: number, isWhole = true): number {
  const power = Math.floor(Math.log2(update / axisSteps));
  const step = 2 ** (isWhole ? Math.max(0, power) : power);
  return Math.ceil(update / step) * step;
}
