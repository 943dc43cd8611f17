import type {CaptionSettings} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {createRandom} from '../../random.ts';
import type {ImageSource} from '../dataset.ts';

/** The captions of an image by its number, at least one; the first is used where none is drawn. */
export type Captions = (index: number) => Promise<readonly string[]>;

/** The captions of a source. An image without any has the empty caption, or is a UserError, as `missing` says. */
export function captionsOf(source: ImageSource, {missing}: Pick<CaptionSettings, 'missing'>): Captions {
  return async (index) => {
    const captions = (await source.captions?.(index)) ?? [];
    if (captions.length > 0) return captions;
    if (missing === 'empty') return [''];
    throw captionMissing(source, index);
  };
}

export function captionMissing(source: ImageSource, index: number): UserError {
  return new UserError('caption-missing', 'This image has no caption, and the model is conditioned on text.', {
    where: source.name?.(index) ?? `image ${index}`,
    hint: 'Add captions as `deme validate` describes them, or set data.captions.missing to empty.',
  });
}

/** Images whose captions are read at once, as each may lie in a file of its own. */
const atOnce = 64;

/** The captions of the first `images` images, in order. */
export async function* readCaptions(captions: Captions, images: number): AsyncGenerator<readonly string[]> {
  for (let first = 0; first < images; first += atOnce) {
    const indices = Array.from({length: Math.min(atOnce, images - first)}, (_, i) => first + i);
    yield* await Promise.all(indices.map(captions));
  }
}

export interface CaptionDraw {
  readonly seed: number;
  /** Place of the image in the endless shuffle of the training. */
  readonly position: number;
  /** Probability of the empty caption instead, by which a model learns to predict without a text, as guidance needs it. */
  readonly dropout: number;
}

/** One of the captions of an image, or the empty one: a function of (seed, position), so that a resumed run draws the same. */
export function drawCaption(captions: readonly string[], {seed, position, dropout}: CaptionDraw): string {
  if (createRandom(seed, 'captionDropout', position).float() < dropout) return '';
  return captions[createRandom(seed, 'caption', position).int(0, captions.length)] ?? '';
}
