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
  /** As in `ImageSource`. */
  captions?(index: number): Promise<readonly string[]>;
}

export interface DecodeSettings extends ImageFit {
  /** What an image that cannot be decoded does: stop with a UserError, or give null and report it once through `onSkip`. */
  readonly corrupt: 'stop' | 'skip';
}

/** Damage that several images share: it is reported once, with the place of all of them. */
export class BrokenPart extends Error {
  constructor(
    readonly where: string,
    reason: string,
    cause: unknown,
  ) {
    super(reason, {cause});
  }
}

/** Images that are decoded each time they are read. */
export function encodedSource(
  images: EncodedImages,
  settings: DecodeSettings,
  onSkip: (message: string) => void,
): ImageSource {
  const {resolution, channels, corrupt} = settings;
  const skipped = new Set<number>();
  const toldParts = new Set<string>();

  function skip(index: number, error: unknown): null {
    const isPart = error instanceof BrokenPart;
    const where = isPart ? error.where : images.name(index);
    const isNew = isPart ? !toldParts.has(where) : !skipped.has(index);
    if (isNew) onSkip(`${where} ${isPart ? 'are' : 'is'} skipped: ${reasonOf(error)}.`);
    if (isPart) toldParts.add(where);
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
      if (corrupt === 'skip') return skip(index, error);
      throw corruptImage(images.name(index), reasonOf(error), error);
    }
  }

  const {size, fingerprint, captions, name} = images;
  return {size, shape: [resolution, resolution, channels], fingerprint, name, read, ...(captions && {captions})};
}

/** Why something failed, in one line without its full stop. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

function corruptImage(where: string, reason: string, cause: unknown): UserError {
  return new UserError('image-corrupt', `This image cannot be decoded: ${reason}.`, {
    where,
    hint: 'Repair or remove it, or set data.corrupt to skip.',
    cause,
  });
}
