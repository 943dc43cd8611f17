/** Updates that all charts show. */
export interface UpdateRange {
  readonly from: number;
  readonly to: number;
}

/** The range about its middle (or `centre`) made `factor` times as wide; null when that is all there is. */
export function zoomed(range: UpdateRange, factor: number, all: UpdateRange, centre?: number): UpdateRange | null {
  const middle = centre ?? (range.from + range.to) / 2;
  return inside({from: middle + (range.from - middle) * factor, to: middle + (range.to - middle) * factor}, all);
}

/** The range moved by a share of its width; null when that is all there is. */
export function panned(range: UpdateRange, share: number, all: UpdateRange): UpdateRange | null {
  const width = range.to - range.from;
  const from = Math.min(Math.max(all.from, range.from + share * width), Math.max(all.from, all.to - width));
  return inside({from, to: from + width}, all);
}

/** Cut to what there is, and at least two updates wide. */
export function inside(range: UpdateRange, all: UpdateRange): UpdateRange | null {
  const from = Math.max(all.from, Math.min(range.from, all.to - 2));
  const to = Math.min(all.to, Math.max(range.to, from + 2));
  return from <= all.from && to >= all.to ? null : {from, to};
}

const axisSteps = 256;

/**
 * Where an axis up to this update ends: at the next multiple of a power of two that is about a 256th of it, so that with most steps the
 * axis stays as it is. The update itself where that is small.
 */
export function axisEnd(update: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(update / axisSteps)));
  return Math.ceil(update / step) * step;
}
