/** How a term of the training loss is shown. */
interface LossTermInfo {
  /** Title of its curve; begins with a capital letter. */
  readonly label: string;
  /** File name of its chart in a report. */
  readonly reportChart: string;
}

/**
 * The terms of which a training loss is the weighted sum, in the order in which they are logged, stored and shown. Each is measured for
 * every image and logged without its weight; a term that a training does not have is logged as 0. A new term is a row here and its formula
 * in `train/lossFormulas.ts`.
 */
export const lossTerms = {
  denoise: {label: 'Denoising loss', reportChart: 'loss-curves.svg'},
  consistency: {label: 'Consistency loss', reportChart: 'consistency-curves.svg'},
} as const satisfies Record<string, LossTermInfo>;

export type LossTerm = keyof typeof lossTerms;
export const lossTermNames = Object.keys(lossTerms) as LossTerm[];

/** A value for every term. */
export function byLossTerm<T>(valueOf: (term: LossTerm) => T): Record<LossTerm, T> {
  return Object.fromEntries(lossTermNames.map((term) => [term, valueOf(term)])) as Record<LossTerm, T>;
}
