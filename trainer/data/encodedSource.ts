import {UserError} from '../contract/errors.ts';
import type {ImageSource} from './dataset.ts';
import {decodeImage, type ImageFit} from './pictures/decodeImage.ts';

export interface EncodedImages {
  readonly size: number;
  readonly fingerprint: string;
  /** Where image `index` is, for messages: a path, or a file and a row. */
  name(index: number): string;
  /** The image file of image `index`. */
  bytes(index: number): Promise<Uint8Array>;
}

export interface DecodeSettings extends ImageFit {
  /** What an image that cannot be decoded does: stop with a UserError, or give null and tell `onSkip` once. */
  readonly corrupt: 'stop' | 'skip';
}

/** Images that are decoded each time they are read. */
export function encodedSource(
  images: EncodedImages,
  settings: DecodeSettings,
  onSkip: (message: string) => void,
): ImageSource {
  const {resolution, channels, corrupt} = settings;
  const skipped = new Set<number>();

  function skip(index: number, reason: string): null {
    if (!skipped.has(index)) onSkip(`${images.name(index)} is skipped: ${reason}.`);
    skipped.add(index);
    return null;
  }

  async function read(index: number, random?: () => number): Promise<Uint8Array | null> {
    if (skipped.has(index)) return null;
    try {
      return await decodeImage(await images.bytes(index), settings, random);
    } catch (error) {
      // A mistake of the user (sharp is missing) concerns every image: leaving out this one would hide it.
      if (error instanceof UserError) throw error;
      const reason = reasonOf(error);
      if (corrupt === 'skip') return skip(index, reason);
      throw corruptImage(images.name(index), reason, error);
    }
  }

  return {size: images.size, shape: [resolution, resolution, channels], fingerprint: images.fingerprint, read};
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

function corruptImage(where: string, reason: string, cause: unknown): UserError {
  return new UserError('image-corrupt', `This image cannot be decoded: ${reason}.`, {
    where,
    hint: 'Mend or remove it, or set data.corrupt to skip.',
    cause,
  });
}
