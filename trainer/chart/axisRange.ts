/** Smallest and largest number of all lists, without NaN; null if there are none. */
export function extent(lists: readonly ArrayLike<number>[]): readonly [low: number, high: number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i] ?? NaN;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** The extent with a margin of 4 % on both sides, so that no line runs along the frame. */
export function paddedRange([low, high]: readonly [number, number], logarithmic: boolean): {min: number; max: number} {
  if (logarithmic) {
    const ratio = Math.max(1.05, (high / low) ** 0.04);
    return {min: low / ratio, max: high * ratio};
  }
  const air = high > low ? (high - low) * 0.04 : Math.abs(high) * 0.1 || 1;
  return {min: low - air, max: high + air};
}

/** About `wanted` ticks in [min, max]: round numbers, or on a logarithmic axis powers of ten, with 2 and 5 between them over few decades. */
export function axisTicks(min: number, max: number, logarithmic: boolean, wanted = 6): number[] {
  return logarithmic ? logarithmicTicks(min, max, wanted) : linearTicks(min, max, wanted);
}

const rounding = 1e-9;

function linearTicks(min: number, max: number, wanted: number): number[] {
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  // Rounding errors must not drop a tick at the edge: 0.3 / 0.1 is slightly less than 3.
  const first = Math.ceil(min / step - rounding);
  const count = Math.floor(max / step + rounding) - first + 1;
  // Multiples of the step instead of sums, which would accumulate rounding errors.
  return Array.from({length: Math.max(0, count)}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function logarithmicTicks(min: number, max: number, wanted: number): number[] {
  const decades = Math.log10(max) - Math.log10(min);
  if (decades < 0.7) return linearTicks(min, max, wanted);
  const factors = decades > wanted / 2 ? [1] : [1, 2, 5];
  const every = Math.max(1, Math.ceil(decades / wanted));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
    if (power % every === 0) ticks.push(...factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))));
  }
  return ticks.filter((tick) => tick >= min && tick <= max);
}
