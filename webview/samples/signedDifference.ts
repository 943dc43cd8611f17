/** The difference of two pictures. */
export interface SignedDifference {
  /** [4 x pixels] RGBA: 128 + factor x (of - from) in each channel, within 0 and 255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Sum over pixels of the mean of |of - from| over red, green and blue, as a share of the full scale; not amplified. */
  readonly sum: number;
}

const noDifference = 128;

/** `of` minus `from`, both [4 x pixels] RGBA of the same size, amplified; grey is no difference. */
export function signedDifference(of: Uint8ClampedArray, from: Uint8ClampedArray, factor: number): SignedDifference {
  const pixels = new Uint8ClampedArray(of.length);
  let sum = 0;
  for (let i = 0; i < of.length; i++) {
    const difference = (of[i] ?? 0) - (from[i] ?? 0);
    const isAlpha = i % 4 === 3;
    pixels[i] = isAlpha ? 255 : noDifference + factor * difference;
    if (!isAlpha) sum += Math.abs(difference);
  }
  return {pixels, sum: sum / (3 * 255)};
}
