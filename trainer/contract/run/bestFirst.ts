import type {Candidate} from './report.ts';

/** The candidates of a search, best first. Distances are only compared where they are of equally many images, and most images count first. */
export function bestFirst(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => (b.images ?? 0) - (a.images ?? 0) || a.loss - b.loss);
}
