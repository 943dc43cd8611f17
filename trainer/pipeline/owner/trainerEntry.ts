import {join} from 'node:path';
import {packageRoot} from '../../packageRoot.ts';

/** The built entry of stage processes. */
export function trainerEntry(): string {
  return join(packageRoot(), 'dist', 'trainer.js');
}
