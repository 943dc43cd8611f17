import {lineProgress} from './lineProgress.ts';
import type {OutputOptions} from '../outcome.ts';
import {taskProgress, type TaskProgress} from './taskProgress.ts';

/** Progress of a verb's task: lines for programs (`json`), else a bar. */
export function verbProgress({json}: OutputOptions, what: string | (() => string)): TaskProgress {
  return (json ? lineProgress : taskProgress)(what);
}
