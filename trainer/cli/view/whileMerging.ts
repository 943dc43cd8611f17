import type {MergeRequest} from '../../merge/files/mergeFiles.ts';
import type {OutputOptions} from '../outcome.ts';
import {stoppable} from '../stoppable.ts';
import {verbProgress} from './verbProgress.ts';

/** Runs a merge with progress for a terminal or a program (`json`); Ctrl+C cancels it and leaves nothing behind. */
export async function whileMerging<T>(
  {json}: OutputOptions,
  merge: (watch: Pick<MergeRequest, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<T> {
  const progress = verbProgress({json}, 'merging');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  return stoppable('The merge was stopped; nothing was written.', (signal) => merge({signal, onProgress})).finally(() =>
    progress.end(),
  );
}
