/** `2.73 GB`: a number of bytes as text, in units of 10^9. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
