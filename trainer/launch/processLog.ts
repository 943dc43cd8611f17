import {constants} from 'node:fs';
import {dirname} from 'node:path';
import {endOfFile, openRegularNow} from '../store/files/regularFile.ts';
import {makeFolders} from '../store/files/makeFolders.ts';

const {O_APPEND, O_CREAT, O_WRONLY} = constants;

/** Opens the file that receives what a process prints, and returns its descriptor; missing folders are made. */
export function openProcessLog(path: string): number {
  makeFolders(dirname(path));
  return openRegularNow(path, O_WRONLY | O_CREAT | O_APPEND);
}

/** ` It last said: ...`, the last lines of such a file; empty for one without any. */
export function lastSaid(path: string): string {
  const last = endOfFile(path, 4000).trim().split('\n').slice(-3).join(' | ').slice(-500);
  return last && ` It last said: ${last}`;
}
