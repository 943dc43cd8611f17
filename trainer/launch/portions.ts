/** The items in their order in lists of `size`, the last of which may have fewer. */
export function portions<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, i) => items.slice(i * size, (i + 1) * size));
}
