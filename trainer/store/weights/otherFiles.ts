import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isWeightsOfAnyTool} from './findWeights.ts';

/** What this program writes into a model folder, or reads of a flat one: made anew for every model. */
const ownFiles = new Set([
  'model_index.json',
  'config.json',
  'scheduler_config.json',
  'deme.json',
  'merge.json',
  'deme-fetch.json',
]);

/** Signs that a folder holds a model, a run or a project of its own, which do not belong to the pipeline around it. */
const isOtherWork = (name: string) =>
  /^(?:model_index|deme|run)\.json$|\.deme\.(?:ya?ml|json)$/.test(name) || name.startsWith('.');

/** A folder of more files is data rather than part of a pipeline. */
const mostFiles = 1000;

/**
 * What lies in the folder of a pipeline beside network, scheduler and the components `known`: licence, model card, and folders that the index
 * does not name. Relative paths of plain files. Without weights in the root, which are the same model in another layout; without hidden
 * files, and without folders that hold other models or runs, or very many files.
 */
export async function otherFiles(folder: string, known: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const {name, isFolder} of await entriesOf(folder)) {
    if (isFolder)
      found.push(...(known.includes(name) || isOtherWork(name) ? [] : ((await filesBelow(folder, name)) ?? [])));
    else if (!ownFiles.has(name) && !isOtherWork(name) && !isWeightsOfAnyTool(name)) found.push(name);
  }
  return found;
}

/** All files of a folder that is part of the pipeline, else null. */
async function filesBelow(root: string, folder: string): Promise<string[] | null> {
  const found: string[] = [];
  for (const {name, isFolder} of await entriesOf(join(root, folder))) {
    const inner = isOtherWork(name)
      ? null
      : isFolder
        ? await filesBelow(root, join(folder, name))
        : [join(folder, name)];
    if (inner === null || found.push(...inner) > mostFiles) return null;
  }
  return found;
}

/** Folders, and plain files also behind links. Links to folders are left out: they lead elsewhere, or round in a circle. */
async function entriesOf(folder: string): Promise<{name: string; isFolder: boolean}[]> {
  const entries: {name: string; isFolder: boolean}[] = [];
  for (const entry of await readdir(folder, {withFileTypes: true})) {
    const isFile = entry.isFile() || (await stat(join(folder, entry.name)).catch(() => null))?.isFile() === true;
    if (isFile || entry.isDirectory()) entries.push({name: entry.name, isFolder: !isFile});
  }
  return entries;
}
