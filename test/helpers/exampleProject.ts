import {cp, mkdir} from 'node:fs/promises';
import {join} from 'node:path';

/** Writes the example project with its base model into a folder that may hold files of the user, which stay as they are. */
export async function writeExample(media: string, folder: string): Promise<void> {
  await mkdir(folder, {recursive: true});
  const keep = {recursive: true, force: false};
  await cp(join(media, 'example'), folder, keep);
  await cp(join(media, 'digits', 'base'), join(folder, 'base'), keep);
}
