import {UserError} from '../../contract/errors.ts';
import type {MergeRequest} from '../../merge/files/mergeFiles.ts';
import {stoppedCode, type OutputOptions} from '../outcome.ts';
import {verbProgress} from './verbProgress.ts';

/** How a merge is watched from a terminal, or by a machine (`json`): progress, and Ctrl+C ends it without a trace. */
export async function whileMerging<T>(
  {json}: OutputOptions,
  merge: (watch: Pick<MergeRequest, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<T> {
  const progress = verbProgress({json}, 'merging');
  const stop = new AbortController();
  const onSignal = () => stop.abort(new UserError(stoppedCode, 'The merge was stopped; nothing was written.'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    return await merge({signal: stop.signal, onProgress: (done, total) => progress.show(done, total)});
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    progress.end();
  }
}
