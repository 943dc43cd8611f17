import {gigabytes} from '../../contract/gigabytes.ts';
import type {MemorySupply} from './memorySupply.ts';

/** How many processes of that size fit into the memory that is free now; at least one, which then has to try. */
export function fittingProcesses(bytes: number, {free}: Pick<MemorySupply, 'free'>): number {
  return Math.max(1, Math.floor(free / bytes));
}

/** A sentence where so many training processes of that size need more than what is free now; null where they fit. */
export function memoryWarning(bytes: number, {free}: Pick<MemorySupply, 'free'>, processes: number): string | null {
  if (bytes * processes <= free) return null;
  const who = processes === 1 ? 'A training process needs' : `${processes} training processes at once need`;
  return `${who} about ${gigabytes(bytes * processes)}, and ${gigabytes(free)} are free now: close what else takes memory.`;
}
