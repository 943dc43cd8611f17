import {UserError} from '../contract/errors.ts';
import type {ImageShape} from '../models/imageSpace.ts';
import type {Components} from '../models/components.ts';

/** [H,W,C] of the images that a model draws for a PNG. Throws a UserError where its config does not say, or a PNG has no such channels. */
export function requireImageShape({imageShape}: Pick<Components, 'imageShape'>, where: string): ImageShape {
  if (imageShape === null) {
    throw new UserError('size-missing', 'The model does not say how large its images are.', {
      where,
      hint: 'Set sample_size in its unet/config.json, or give a size where it is asked for.',
    });
  }
  const [, , channels] = imageShape;
  if (channels === 1 || channels === 3) return imageShape;
  throw new UserError('channels-unsupported', `A PNG has 1 or 3 channels, but the model makes ${channels}.`, {where});
}
