/** At most `most` multiples of 1, 2 or 5 times a power of ten inside [low, high], as many as that allows. Needs low < high, most >= 2. */
export function linearTicks(low: number, high: number, most: number): number[] {
  for (let step = powerOfTen((high - low) / most); ; step *= 10) {
    for (const nice of [1, 2, 5]) {
      const ticks = multiples(nice * step, low, high);
      if (ticks.length <= most) return ticks;
    }
  }
}

/** Ticks of a logarithmic axis over [low, high], 0 < low < high: powers of ten, or rounder steps where there are too few of them. */
export function logTicks(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.ceil(round(Math.log10(low))), Math.floor(round(Math.log10(high)))];
  const decades = Array.from({length: Math.max(0, last - first + 1)}, (_, i) => first + i);
  if (decades.length > 2) {
    const stride = Math.ceil(decades.length / most);
    return decades.filter((exponent) => exponent % stride === 0).map(powerOf10);
  }
  const inside = (value: number) => value >= low && value <= high;
  const nice = [first - 1, ...decades].flatMap((exponent) =>
    [1, 2, 5].map((digit) => round(digit * powerOf10(exponent))),
  );
  const ticks = nice.filter(inside);
  return ticks.length > 2 && ticks.length <= most ? ticks : linearTicks(low, high, most);
}

/** The ticks as text, all with the decimals that the closest two need; far from 1 in powers of ten. */
export function tickLabels(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest >= 1e6 || largest < 1e-4) return ticks.map(exponential);
  const decimals = Math.max(0, ...ticks.map(decimalsOf));
  return ticks.map((tick) => tick.toFixed(decimals));
}

/** The ticks of a logarithmic axis as text, each with just its own digits; all in powers of ten where one is far from 1. */
export function logTickLabels(ticks: readonly number[]): string[] {
  const isFar = ticks.some((tick) => tick >= 1e6 || tick < 1e-4);
  return ticks.map((tick) => (isFar ? exponential(tick) : tick.toFixed(decimalsOf(tick))));
}

function multiples(step: number, low: number, high: number): number[] {
  const [first, last] = [Math.ceil(round(low / step)), Math.floor(round(high / step))];
  return Array.from({length: Math.max(0, last - first + 1)}, (_, i) => round((first + i) * step));
}

/** The largest power of ten that is not above `value`. */
function powerOfTen(value: number): number {
  return powerOf10(Math.floor(Math.log10(value)));
}

/** Parsed, not multiplied, so that it is the double nearest to the power. */
function powerOf10(exponent: number): number {
  return Number(`1e${exponent}`);
}

/** Takes off the last digits of a double, where 3 * 0.1 is not 0.3. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

function decimalsOf(value: number): number {
  return /\.(\d+)$/.exec(value.toFixed(9).replace(/\.?0+$/, ''))?.[1]?.length ?? 0;
}

/** `5e-4`; numbers without a power of ten, like 0 and 2, as they are. */
function exponential(value: number): string {
  return value === 0 || (Math.abs(value) >= 1 && Math.abs(value) < 10)
    ? String(value)
    : round(value).toExponential().replace('e+', 'e');
}
