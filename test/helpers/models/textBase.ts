import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {writeTinyBase} from '../runs/tinyExperiment.ts';

/** A base whose pipeline names a text encoder, as far as those look who do not load it. A backend must be current. */
export async function writeTextBase(folder: string): Promise<void> {
  await writeTinyBase(folder);
  await mkdir(join(folder, 'text_encoder'));
  const path = join(folder, 'model_index.json');
  const index = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({...index, text_encoder: ['transformers', 'CLIPTextModel']}));
}
