/** Coefficients of t^0 … t^6 for red, green and blue: a polynomial fit to matplotlib's viridis by M. Zucker (public domain). */
const viridisFit: readonly (readonly [number, number, number])[] = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

/** Red, green, blue and opacity for a share from 0 to 1. The lightness rises evenly, so that the scale also works without colour vision. */
export function viridis(share: number): readonly [number, number, number, number] {
  const t = Math.min(1, Math.max(0, share));
  const channel = (i: 0 | 1 | 2) => 255 * viridisFit.reduceRight((sum, row) => sum * t + row[i], 0);
  return [channel(0), channel(1), channel(2), 255];
}
