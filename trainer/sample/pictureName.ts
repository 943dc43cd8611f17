/** The file of one image of a series of `count`: numbers of equal length, so that names sort as the images do. */
export function pictureName(index: number, count: number): string {
  return `${String(index).padStart(String(count - 1).length, '0')}.png`;
}
