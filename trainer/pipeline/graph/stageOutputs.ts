import {readdir} from 'node:fs/promises';
import {join, relative, sep} from 'node:path';
import {fileExists} from '../../store/files/fileExists.ts';
import {hashFile} from '../../store/files/sha256.ts';
import {runPaths} from '../runPaths.ts';

/** Folders and files of a run in which a stage leaves its result, relative to it and with forward slashes on every system. */
export function outputPaths(stage: string): string[] {
  const inRun = (path: string) => [path.split(sep).join('/')];
  if (stage === 'search') return inRun(runPaths.weights(''));
  if (stage === 'reference') return inRun(runPaths.evaluation('', 'reference'));
  const model = /^evaluate-(.+)$/.exec(stage)?.[1];
  if (model !== undefined) return inRun(runPaths.evaluation('', model));
  const made = madeBy[stage] ?? (stage.startsWith('expert-') ? stage : undefined);
  return made === undefined ? [] : inRun(runPaths.trained('', made));
}

const madeBy: Readonly<Record<string, string>> = {pretrain: 'base', merge: 'merged', ordinary: 'ordinary'};

/** SHA-256 of every file that a stage has left, by its path in the run, with forward slashes on every system. */
export async function hashOutputs(run: string, stage: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of outputPaths(stage)) {
    for (const file of await filesOf(join(run, path))) {
      hashes[relative(run, file).split(sep).join('/')] = await hashFile(file);
    }
  }
  return hashes;
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await fileExists(path))) return [];
  const entries = await readdir(path, {recursive: true, withFileTypes: true}).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
