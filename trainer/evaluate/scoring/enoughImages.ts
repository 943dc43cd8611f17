import {UserError} from '../../contract/errors.ts';

/** A covariance, and the pairs of KID, need two images. */
const fewest = 2;

/** Throws a UserError for too few images to be compared with others. */
export function requireEnoughImages(count: number, where: string): void {
  if (count >= fewest) return;
  throw new UserError(
    'images-too-few',
    `${count === 1 ? 'One image is' : 'No images are'} too few to compare with others.`,
    {
      where,
      hint: `Give ${fewest} or more: distances of fewer than some thousands say little.`,
    },
  );
}
