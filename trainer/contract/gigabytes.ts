/** `2.73 GB`: bytes for reading, in units of a thousand million. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
