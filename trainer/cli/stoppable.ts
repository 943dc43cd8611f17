import {UserError} from '../contract/errors.ts';
import {stoppedCode} from './outcome.ts';

/** Does work that Ctrl+C (and SIGTERM) ends through its signal; the verb then prints `message` and ends with code 130. */
export async function stoppable<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new UserError(stoppedCode, message));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}
