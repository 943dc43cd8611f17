import type {Captions} from './drawCaption.ts';

/** Images whose captions are looked at. */
const most = 1000;
/** `right` alone, but not in `bright` or `copyright`. */
const side = /(?<![\p{L}\p{N}])(?:left|right)(?:most|wards?)?(?![\p{L}\p{N}])/iu;

/**
 * What is to be said of mirrored images whose captions name a side: mirrored, "a cat on the left" has its cat on the right. Null where none of
 * the first `most` captions does. Throws what reading a caption throws.
 */
export async function mirroredCaptions(captions: Captions, images: number): Promise<string | null> {
  const looked = Math.min(most, images);
  const sided: string[] = [];
  for (let index = 0; index < looked; index++) {
    const caption = (await captions(index)).find((each) => side.test(each));
    if (caption !== undefined) sided.push(caption);
  }
  if (sided.length === 0) return null;
  const [example = ''] = sided;
  const of = looked === images ? `${images} images` : `the first ${looked} images`;
  return (
    `data.flip mirrors half of the training images, but captions of ${sided.length} of ${of} say left or right, such as ${JSON.stringify(example)}. ` +
    'Mirrored, an image shows the opposite of that: set data.flip to false, unless it does not matter.'
  );
}
