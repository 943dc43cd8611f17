export interface SquareCrop {
  /** Size after resizing, before the crop. */
  readonly width: number;
  readonly height: number;
  /** Corner of the square in the resized image. */
  readonly left: number;
  readonly top: number;
}

/**
 * Resizes the short side to `resolution`, the long side in proportion (rounded down, as torchvision's Resize does), and places a square of
 * that side: at a drawn position (two draws: down, across), or in the centre as torchvision's CenterCrop does.
 */
export function squareCrop(width: number, height: number, resolution: number, random?: () => number): SquareCrop {
  const short = Math.min(width, height);
  const resized = (side: number): number => Math.floor((side * resolution) / short);
  const place = (side: number): number => {
    const free = resized(side) - resolution;
    return random ? Math.floor(random() * (free + 1)) : halfToEven(free);
  };
  const top = place(height);
  const left = place(width);
  return {width: resized(width), height: resized(height), left, top};
}

/** Half of a whole number as Python's round has it: 0.5 becomes 0, and 1.5 becomes 2. */
function halfToEven(value: number): number {
  const half = Math.floor(value / 2);
  return value % 2 === 0 ? half : half + (half % 2);
}
