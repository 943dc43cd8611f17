import {lineProgress} from './lineProgress.ts';
import type {OutputOptions} from '../outcome.ts';
import {taskProgress, type TaskProgress} from './taskProgress.ts';

/** How far the one task of a verb is: lines for machines, a bar for people. */
export function verbProgress({json}: OutputOptions, what: string): TaskProgress {
  return (json ? lineProgress : taskProgress)(what);
}
