import type {Report} from '../../trainer/contract/run/report.ts';
import type {Estimate} from '../../trainer/contract/scores/estimate.ts';
import {baseline, networksOf} from '../../trainer/contract/scores/scoreTable.ts';

/** A difference between a model of two runs, negative where that of the first is lower. */
export interface RunDifference extends Estimate {
  /** Whether both are differences to the same base, paired with it by image; else the scores themselves are subtracted. */
  readonly isPaired: boolean;
}

/**
 * Held-out loss of a model of one run minus that of another. Where both were measured beside the same base, the paired differences to it are
 * subtracted, which have much smaller errors. Errors add as those of independent numbers: sqrt(a^2 + b^2). Null: one of them was not measured.
 */
export function lossDifference(of: Report, from: Report, model: string): RunDifference | null {
  const [a, b] = [of.heldOut[model], from.heldOut[model]];
  if (a === undefined || b === undefined) return null;
  const isPaired = isSame(of.heldOut[baseline], from.heldOut[baseline]);
  const [first, second] = isPaired ? [a.differenceToBase, b.differenceToBase] : [a, b];
  return {...subtracted(first, second), isPaired};
}

/** The same of the Fréchet distances by a network. */
export function frechetDifference(of: Report, from: Report, network: string, model: string): RunDifference | null {
  const [a, b] = [of, from].map((report) => {
    const scores = networksOf(report).find((each) => each.network === network);
    const spread = scores?.frechetSpread?.[model];
    const distance = scores?.frechet[model];
    if (spread === undefined || distance === undefined) return null;
    return {
      mean: distance,
      standardError: spread.standardError,
      toBase: spread.toBase,
      base: scores?.frechet[baseline],
    };
  });
  if (!a || !b) return null;
  const toBases = [a.toBase, b.toBase];
  const [first, second] = a.base !== undefined && a.base === b.base ? toBases : [];
  if (first && second) return {...subtracted(first, second), isPaired: true};
  return {...subtracted(a, b), isPaired: false};
}

/** Two measurements of the same weights on the same images agree to the last bit. */
function isSame(a: Estimate | undefined, b: Estimate | undefined): boolean {
  return a !== undefined && b !== undefined && a.mean === b.mean && a.standardError === b.standardError;
}

function subtracted(a: Estimate, b: Estimate): Estimate {
  return {mean: a.mean - b.mean, standardError: Math.hypot(a.standardError, b.standardError)};
}
