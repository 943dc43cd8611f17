/** Pixels between neighbours in a grid of samples, white like the free places of the last row. */
export const gridGap = 2;

/** Columns of a grid of so many samples without prompts: as square as possible. */
export function gridColumns(count: number): number {
  return Math.ceil(Math.sqrt(count));
}
