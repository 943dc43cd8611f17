/** [.., 3] bytes to [.., 1]: Rec. 601 luma in the fixed point of Pillow's convert('L'), so that grey stays as it is. */
export function greyOf(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < grey.length; i++) {
    const [red = 0, green = 0, blue = 0] = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
    grey[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
  return grey;
}
