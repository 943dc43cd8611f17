import type {Workload} from './cases.ts';
import {isMeasurement, type Failure, type Measurement} from './measureWorkload.ts';

/** What both sides computed must be the same to this share. */
export const tolerance = 1e-3;

/** One engine of ours beside PyTorch. */
export interface Comparison {
  readonly workload: Workload;
  readonly ours: Measurement;
  /** In its faster memory layout; null where it was not measured. */
  readonly torch: Measurement | null;
  /** Largest relative difference of what both computed; null where one side alone was measured. */
  readonly deviation: number | null;
}

/** One comparison for each engine of ours that was measured. */
export function compare(workload: Workload, outcomes: readonly (Measurement | Failure)[]): Comparison[] {
  const measured = outcomes.filter(isMeasurement);
  const [torch = null] = measured.filter(({engine}) => engine === null).sort((a, b) => a.seconds - b.seconds);
  return measured
    .filter(({engine}) => engine !== null)
    .map((ours) => ({workload, ours, torch, deviation: torch && largestDeviation(ours, torch)}));
}

/**
 * Over the total losses and gradient norms of the first updates and the check. The consistency loss alone is left out: at the first
 * update student and teacher are equal, and it is nothing but rounding.
 */
function largestDeviation(ours: Measurement, torch: Measurement): number {
  if (ours.losses.length !== torch.losses.length) return Infinity;
  const [a, b] = [comparable(ours), comparable(torch)];
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)) / Math.abs(b[i] ?? NaN)));
}

function comparable({losses, check}: Measurement): number[] {
  return [...losses.flatMap(([denoise, consistency, norm]) => [denoise + consistency, norm]), check];
}
