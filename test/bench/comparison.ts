import {inF32, type Workload} from './cases.ts';
import {isMeasurement, type Failure, type Measurement} from './measure/measureWorkload.ts';

/** What both sides computed must be the same to this share, where anything is rounded to bf16 to the other one. */
export const tolerances = {f32: 1e-3, rounded: 2e-2};

/** One engine of ours beside PyTorch. */
export interface Comparison {
  readonly workload: Workload;
  readonly ours: Measurement;
  /** The same engine in f32 throughout; null where that was not measured, or is this. */
  readonly plain: Measurement | null;
  /** In its faster memory layout and the same number formats; null where it was not measured. */
  readonly torch: Measurement | null;
  /** Largest relative difference of what both computed; null where one side alone was measured. */
  readonly deviation: number | null;
}

/** One comparison for each engine of ours that was measured. */
export function compare(workload: Workload, outcomes: readonly (Measurement | Failure)[]): Comparison[] {
  const measured = outcomes.filter(isMeasurement);
  const fastest = measured.filter(({engine}) => engine === null).sort((a, b) => a.seconds - b.seconds);
  const own = measured.filter(({engine}) => engine !== null);
  return own.map((ours) => {
    const torch = fastest.find(({variant}) => variant === ours.variant) ?? null;
    const plain = own.find(({engine, variant}) => engine === ours.engine && variant === inF32.name) ?? null;
    return {
      workload,
      ours,
      plain: plain === ours ? null : plain,
      torch,
      deviation: torch && largestDeviation(ours, torch),
    };
  });
}

/** To what share the results of a variant must be the same. */
export function toleranceOf({variant}: Pick<Measurement, 'variant'>): number {
  return variant === inF32.name ? tolerances.f32 : tolerances.rounded;
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
