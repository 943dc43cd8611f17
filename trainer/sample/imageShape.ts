import {UserError} from '../contract/errors.ts';
import type {Denoiser} from '../models/denoiser.ts';

/** [H,W,C] of the images that a model draws for a PNG. Throws a UserError where its config does not say, or a PNG has no such channels. */
export function imageShape(
  {sampleSize, outChannels}: Denoiser,
  where: string,
): readonly [height: number, width: number, channels: number] {
  if (sampleSize === null) {
    throw new UserError('size-missing', 'The model does not say how large its images are.', {
      where,
      hint: 'Set sample_size in its unet/config.json.',
    });
  }
  if (outChannels !== 1 && outChannels !== 3) {
    throw new UserError('channels-unsupported', `A PNG has 1 or 3 channels, but the model makes ${outChannels}.`, {
      where,
    });
  }
  return [...sampleSize, outChannels];
}
