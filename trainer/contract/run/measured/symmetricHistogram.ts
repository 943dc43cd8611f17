import * as z from 'zod';

/** Bins of equal width from -limit to limit; 0 is the edge in the middle. */
const bins = 256;
/** Far below what float32 tells apart of a feature map. */
const smallestLimit = 2 ** -40;
/** Above every float32. */
const largestLimit = 2 ** 129;

/**
 * How often values lie in each of 256 bins [low, high) from -limit to limit. The limit is a power of two and doubles when a value lies beyond it: two bins
 * then become one, exactly. So the edges need not be known beforehand, and histograms of different limits add up without loss.
 */
export const SymmetricHistogram = z.strictObject({
  limit: z
    .number()
    .min(smallestLimit)
    .max(largestLimit)
    .refine((limit) => Number.isInteger(Math.log2(limit)), 'not a power of two'),
  counts: z.array(z.int().min(0)).length(bins),
});
export type SymmetricHistogram = z.infer<typeof SymmetricHistogram>;

export function emptyHistogram(): SymmetricHistogram {
  return {limit: smallestLimit, counts: new Array<number>(bins).fill(0)};
}

/** The histogram with more values, all of them finite float32. */
export function withValues(histogram: SymmetricHistogram, values: ArrayLike<number>): SymmetricHistogram {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? NaN));
  if (!(largest < largestLimit)) throw new Error(`a histogram of ${largest}`);
  let limit = histogram.limit;
  while (limit <= largest) limit *= 2;
  const counts = [...withLimit(histogram, limit).counts];
  // A value times a power of two is exact, so the bins nest.
  for (let i = 0; i < values.length; i++) counts[binOf(values[i] ?? NaN, limit)]! += 1;
  return {limit, counts};
}

/** Histograms of several sets of values as one, up to the largest of their limits. */
export function pooled(histograms: readonly SymmetricHistogram[]): SymmetricHistogram {
  const limit = Math.max(smallestLimit, ...histograms.map((each) => each.limit));
  const all = histograms.map((each) => withLimit(each, limit).counts);
  return {limit, counts: emptyHistogram().counts.map((_, bin) => all.reduce((sum, own) => sum + (own[bin] ?? 0), 0))};
}

/** The same values in bins up to another limit, a power of two no smaller than that of the histogram. */
export function withLimit(histogram: SymmetricHistogram, limit: number): SymmetricHistogram {
  let {counts} = histogram;
  for (let at = histogram.limit; at < limit; at *= 2) counts = halved(counts);
  return {limit, counts};
}

function halved(counts: readonly number[]): number[] {
  const half = new Array<number>(bins).fill(0);
  counts.forEach((count, bin) => (half[bins / 2 + Math.floor((bin - bins / 2) / 2)]! += count));
  return half;
}

function binOf(value: number, limit: number): number {
  return bins / 2 + Math.floor((value / limit) * (bins / 2));
}

/** The lower edge of a bin, and for the number of bins the upper edge of the last one. */
export function binEdge({limit}: Pick<SymmetricHistogram, 'limit'>, bin: number): number {
  return (limit * (bin - bins / 2)) / (bins / 2);
}
