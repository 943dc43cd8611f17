/** How a digit is written. */
export interface Strokes {
  /** How far the top leans to the right for each pixel of height: tan of the angle from upright; negative to the left. */
  readonly slant: number;
  /** Mean width of the strokes in pixels. */
  readonly width: number;
}

/**
 * Measures light strokes on a dark ground, [H,W,1]. The slant comes from the second moments of the ink, -cov(x, y) / var(y), by which digits
 * are commonly deskewed; the width is twice the ink over the length of its outline, both of which a long stroke has in that proportion.
 */
export function measureStrokes(pixels: Uint8Array, [height, width]: readonly [number, number, number]): Strokes {
  const ink = (x: number, y: number) => (x < width && y < height ? (pixels[y * width + x] ?? 0) / 255 : 0);
  let [mass, outline, sumX, sumY, sumXY, sumYY] = [0, 0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = ink(x, y);
      // Not Math.hypot, which takes ten times as long.
      outline += Math.sqrt((ink(x + 1, y) - value) ** 2 + (ink(x, y + 1) - value) ** 2);
      mass += value;
      sumX += value * x;
      sumY += value * y;
      sumXY += value * x * y;
      sumYY += value * y * y;
    }
  }
  const rise = sumYY - (sumY * sumY) / mass;
  // A blank image, and one in a single row, lean nowhere.
  const slant = rise > 0 ? -(sumXY - (sumX * sumY) / mass) / rise : 0;
  return {slant, width: outline > 0 ? (2 * mass) / outline : 0};
}
