import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {studyKindOf} from '../../trainer/contract/studies/studyContent.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';

/** More folders beside a config are not looked into. */
const maxFolders = 200;
const inFolder = ['study.json', 'matrix.json'];

/** Files of studies, matrices and benchmarks beside configs, or in a folder beside them, where the verbs put them. */
export async function studyFilesBeside(configs: readonly string[]): Promise<string[]> {
  const folders = [...new Set(configs.map(dirname))];
  const found = await Promise.all(folders.map(studyFilesIn));
  return [...new Set(found.flat())].sort();
}

async function studyFilesIn(folder: string): Promise<string[]> {
  // One that is gone or may not be read has none.
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
  const own = entries.filter((entry) => entry.isFile() && studyKindOf(entry.name) !== null);
  const inner = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).slice(0, maxFolders);
  const below = inner.flatMap(({name}) => inFolder.map((file) => join(folder, name, file)));
  const isThere = await Promise.all(below.map(fileExists));
  return [...own.map(({name}) => join(folder, name)), ...below.filter((_, i) => isThere[i])];
}
