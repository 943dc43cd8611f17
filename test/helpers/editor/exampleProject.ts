import {cp, mkdir} from 'node:fs/promises';
import {join} from 'node:path';

/** Folder of each example below media, with that of its base. */
const models = {example: 'digits', 'example-prompts': 'prompts'};
export type ExampleProject = keyof typeof models;

/** Writes an example project with its base model into a folder that may hold files of the user, which stay as they are. */
export async function writeExample(media: string, folder: string, project: ExampleProject = 'example'): Promise<void> {
  await mkdir(folder, {recursive: true});
  const keep = {recursive: true, force: false};
  await cp(join(media, project), folder, keep);
  await cp(join(media, models[project], 'base'), join(folder, 'base'), keep);
}
