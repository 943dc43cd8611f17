export interface SquareCrop {
  /** Size after resizing, before the crop. */
  readonly width: number;
  readonly height: number;
  /** Corner of the square in the resized image. */
  readonly left: number;
  readonly top: number;
}

/**
 * Resizes the short side to `resolution`, the long side in proportion (rounded down, as torchvision's Resize does), and
 * places a square of that side: at a drawn position (two draws: down, across), or in the centre.
 */
export function squareCrop(width: number, height: number, resolution: number, random?: () => number): SquareCrop {
  const short = Math.min(width, height);
  const resized = (side: number): number => Math.floor((side * resolution) / short);
  const place = (side: number): number => {
    const free = resized(side) - resolution;
    return random ? Math.floor(random() * (free + 1)) : Math.floor(free / 2);
  };
  const top = place(height);
  const left = place(width);
  return {width: resized(width), height: resized(height), left, top};
}
