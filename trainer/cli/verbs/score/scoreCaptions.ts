import {UserError} from '../../../contract/errors.ts';
import {isTable, readMetadataTable} from '../../../data/captions/metadataTable.ts';
import type {EncodedImages} from '../../../data/encodedSource.ts';
import {readPrompts} from '../../../data/captions/promptFile.ts';

/**
 * One caption for each image: the first of those that lie with it (`given` is true), the lines or the JSON list of a file in the order of the images, or
 * those of a table by file names. Throws a UserError where images and captions do not belong together.
 */
export async function captionsOf(
  given: string | true,
  images: EncodedImages,
  column: string | undefined,
): Promise<readonly string[]> {
  if (given === true) return Promise.all(Array.from({length: images.size}, (_, i) => ownCaption(images, i)));
  if (isTable(given)) return tableCaptions(await readMetadataTable(given, column), images, given);
  const captions = await readPrompts(given);
  if (captions.length === images.size) return captions;
  throw new UserError('captions-mismatch', `There are ${captions.length} captions for ${images.size} images.`, {
    where: given,
    hint: 'Give one caption for each image, in the order of their names.',
  });
}

async function ownCaption(images: EncodedImages, index: number): Promise<string> {
  const [caption] = (await images.captions?.(index)) ?? [];
  if (caption !== undefined) return caption;
  throw new UserError('captions-missing', 'This image has no caption.', {
    where: images.name(index),
    hint: 'Put a .txt of the same name or a metadata.csv beside it, or give a file with --captions.',
  });
}

function tableCaptions(
  table: ReadonlyMap<string, readonly string[]>,
  images: EncodedImages,
  where: string,
): readonly string[] {
  const used = new Set<string>();
  const captions = Array.from({length: images.size}, (_, i) => {
    const name = endsOf(images.name(i)).find((end) => table.has(end)) ?? '';
    const [caption] = table.get(name) ?? [];
    if (caption === undefined) {
      throw new UserError('captions-missing', `This table has no caption for ${images.name(i)}.`, {where});
    }
    used.add(name);
    return caption;
  });
  const left = [...table.keys()].filter((name) => !used.has(name));
  if (left.length === 0) return captions;
  throw new UserError('captions-mismatch', `${left.length} captions have no image, the first of them ${left[0]}.`, {
    where,
    hint: 'Give the table of these very images.',
  });
}

/** `a/b/c.png`, `b/c.png`, `c.png`. */
function endsOf(path: string): string[] {
  const parts = path.split(/[/\\]/);
  return parts.map((_, i) => parts.slice(i).join('/'));
}
