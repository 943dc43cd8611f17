import {access} from 'node:fs/promises';
import {join} from 'node:path';

/** Whether a model folder was merged from others. */
export function isMerged(folder: string): Promise<boolean> {
  return access(join(folder, 'merge.json')).then(
    () => true,
    () => false,
  );
}
