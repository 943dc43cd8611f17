import {availableParallelism, cpus} from 'node:os';
import {fastPrecisions} from '../../../trainer/engine/fastPrecisions.ts';

/** `AMD EPYC, 2 cores, fast in bf16`, for the head of a table. */
export async function processorName(): Promise<string> {
  const fast = await fastPrecisions();
  const formats = fast === null ? '' : fast.length > 0 ? `, fast in ${fast.join(' and ')}` : ', without bf16 and f16';
  return `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores${formats}`;
}
