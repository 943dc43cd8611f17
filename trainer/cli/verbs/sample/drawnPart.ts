import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import * as z from 'zod';
import {UserError} from '../../../contract/errors.ts';
import {neededSpans} from '../../../pipeline/drawing/imageTakers.ts';
import type {ImageSpan} from '../../../sample/sampleImages.ts';
import {shardSpan} from '../../../sample/shardSpan.ts';
import {namesIn} from '../../../store/files/namesIn.ts';
import {readJsonIfThere, writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {singleFiles, type PictureOptions} from './pictureFiles.ts';

export interface PartOptions extends PictureOptions {
  /** Into how many parts the images are shared among calls. */
  readonly shards?: number;
  /** The part of this call, counted from 0. */
  readonly shard?: number;
  /** Draw only images whose files are missing. */
  readonly resume?: boolean;
  readonly seedLike?: string;
  readonly saveLatents?: string;
}

const recordName = 'sample.json';
const RecipeRecord = z.strictObject({recipe: z.json()});

/** Throws a UserError for a part of what can only be drawn as a whole. */
export function checkPart({images, out, shards, shard, resume, seedLike, saveLatents}: PartOptions): void {
  if ((shards === undefined) !== (shard === undefined)) throw usage('--shards and --shard belong together.');
  if (shards === undefined && resume !== true) return;
  if (shards !== undefined && (shard ?? 0) >= shards) throw usage(`--shard is one of 0 to ${shards - 1}.`);
  if (images === undefined) throw usage('Parts of the images go into a folder.', 'Give --images FOLDER.');
  const whole = [out && '--out', seedLike && '--seed-like', saveLatents && '--save-latents'].find((option) => option);
  if (whole) throw usage(`${whole} takes all images in one call.`, 'Leave it out, or --shards and --resume.');
}

/**
 * The images that this call draws: those of its shard, and with `resume` those of them whose files are missing. The folder remembers the recipe; throws
 * a UserError where it has images of another.
 */
export async function drawnSpans(options: PartOptions, count: number, batch: number, recipe: object) {
  const {images, shards = 1, shard = 0, resume} = options;
  const span = shardSpan(count, batch, shard, shards);
  if (images === undefined || (options.shards === undefined && resume !== true)) return [span];
  await mkdir(images, {recursive: true});
  const files = singleFiles('', count);
  const there = new Set(await namesIn(images));
  await keepRecipe(
    join(images, recordName),
    recipe,
    files.some((file) => there.has(file)),
  );
  const missing = files.flatMap((file, i): ImageSpan[] => (resume === true && there.has(file) ? [] : [[i, i + 1]]));
  return neededSpans([{needs: missing.filter(([index]) => index >= span[0] && index < span[1])}]);
}

async function keepRecipe(file: string, recipe: object, hasImages: boolean): Promise<void> {
  const record = RecipeRecord.parse({recipe: JSON.parse(JSON.stringify(recipe)) as unknown});
  const known = await readJsonIfThere(file, RecipeRecord, 'the recipe of the images');
  if (known === null && !hasImages) return writeJsonAtomic(file, record);
  if (JSON.stringify(known) === JSON.stringify(record)) return;
  throw new UserError('recipe-changed', 'This folder has images of another recipe.', {
    where: file,
    hint: 'Take another folder, or the same model, prompts, count, batch and settings.',
  });
}

function usage(message: string, hint?: string): UserError {
  return new UserError('usage', message, {hint});
}
