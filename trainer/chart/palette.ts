/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * The colours of Okabe and Ito ("Color Universal Design", 2008), which people with any kind of colour blindness can tell apart.
 * Neighbours in the list differ in lightness too; yellow comes last because it is faint on white.
 */
export const palette = {
  blue: [0, 114, 178],
  orange: [230, 159, 0],
  green: [0, 158, 115],
  skyBlue: [86, 180, 233],
  purple: [204, 121, 167],
  black: [0, 0, 0],
  vermilion: [213, 94, 0],
  yellow: [240, 228, 66],
} as const satisfies Record<string, Colour>;

/** Colours of everything that is not data. */
export const ink = {
  background: [255, 255, 255],
  title: [32, 33, 36],
  label: [75, 79, 86],
  axis: [110, 115, 122],
  grid: [228, 230, 233],
} as const satisfies Record<string, Colour>;

const inOrder: readonly Colour[] = Object.values(palette);

/** Colour of series number `index`; after the last colour they start anew. */
export function seriesColour(index: number): Colour {
  return inOrder[index % inOrder.length] ?? palette.black;
}
