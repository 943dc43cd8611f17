import type {ImageSource} from '../dataset.ts';
import {captionsOf, readCaptions} from './drawCaption.ts';

/** What is worth knowing of the captions of images before hours of training. */
export interface CaptionSurvey {
  /** Images that were looked at: the first ones. */
  readonly images: number;
  /** Those of them without a caption. */
  readonly lacking: readonly number[];
  /** A caption of each image that has one with a side: mirrored, "a cat on the left" has its cat on the right. */
  readonly sided: readonly string[];
}

/** `right` alone, but not in `bright` or `copyright`. */
const side = /(?<![\p{L}\p{N}])(?:left|right)(?:most|wards?)?(?![\p{L}\p{N}])/iu;

/** Reads the captions of the first `images` images. Throws what reading a caption throws. */
export async function surveyCaptions(source: ImageSource, images = source.size): Promise<CaptionSurvey> {
  const [lacking, sided]: [number[], string[]] = [[], []];
  let index = 0;
  for await (const captions of readCaptions(captionsOf(source, {missing: 'empty'}), images)) {
    if (captions[0] === '') lacking.push(index);
    const caption = captions.find((each) => side.test(each));
    if (caption !== undefined) sided.push(caption);
    index++;
  }
  return {images, lacking, sided};
}

/** What is to be said of `all` mirrored images, of which some or all were looked at. Null where no caption names a side. */
export function mirroredDoubt({images, sided}: CaptionSurvey, all: number): string | null {
  if (sided.length === 0) return null;
  const [example = ''] = sided;
  const of = images === all ? `${images} images` : `the first ${images} images`;
  return (
    `data.flip mirrors half of the training images, but captions of ${sided.length} of ${of} say left or right, such as ${JSON.stringify(example)}. ` +
    'Mirrored, an image shows the opposite of that: set data.flip to false, unless it does not matter.'
  );
}
