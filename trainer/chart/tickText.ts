/** Created once: `toLocaleString` would look up its locale at every call. */
const countFormat = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

export function countText(value: number): string {
  return countFormat.format(Math.round(value));
}

/** A round number at an axis, without trailing zeros. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return value.toExponential().replace('e+', 'e');
  return size >= 1000 ? countText(value) : String(Number(value.toPrecision(6)));
}
