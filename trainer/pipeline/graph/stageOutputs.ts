import {readdir} from 'node:fs/promises';
import {join, relative, sep} from 'node:path';
import type {Stage} from '../../contract/run/stage.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {definitionOf} from '../stages/registry.ts';

/** Folders and files of a run in which a stage leaves its result, relative to it and with forward slashes on every system. */
export function outputPaths(stage: Stage): string[] {
  return definitionOf(stage).outputs(stage, '').map(portable);
}

/** Folders of a run in which a stage may leave more, written as `outputPaths` are. */
export function optionalPaths(stage: Stage): string[] {
  return (definitionOf(stage).mayLeave?.(stage, '') ?? []).map(portable);
}

/** SHA-256 of every file that a stage has left, by its path in the run, with forward slashes on every system. */
export async function hashOutputs(run: string, stage: Stage): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of [...outputPaths(stage), ...optionalPaths(stage)]) {
    for (const file of await filesOf(join(run, path))) hashes[portable(relative(run, file))] = await hashFile(file);
  }
  return hashes;
}

function portable(path: string): string {
  return path.split(sep).join('/');
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
