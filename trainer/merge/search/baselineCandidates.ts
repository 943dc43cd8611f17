export interface Proposal {
  readonly weights: readonly number[];
  readonly origin: string;
}

/**
 * The candidates that every search tries first, as baselines for its result: the base (zero), uniform 1/N, all ones,
 * each expert alone, and for four experts the only weights that the authors published (LSUN Church, from their code).
 */
export function baselineCandidates(experts: number): Proposal[] {
  const constant = (value: number) => Array.from({length: experts}, () => value);
  const published = experts === 4 ? [{weights: [0.1, 0.1, 0.2, 0.5], origin: 'paper'}] : [];
  return [
    {weights: constant(0), origin: 'base'},
    {weights: constant(1 / experts), origin: 'uniform'},
    {weights: constant(1), origin: 'ones'},
    ...constant(0).map((_, i) => ({weights: scaledUnit(experts, i, 1), origin: `expert-${i}`})),
    ...published,
  ];
}

/** The same without those whose weights came before, as uniform and all ones of a single expert. */
export function distinctBaselines(experts: number): Proposal[] {
  const all = baselineCandidates(experts);
  const isSame = (a: Proposal, b: Proposal) => a.weights.every((weight, i) => weight === b.weights[i]);
  return all.filter((proposal, i) => all.findIndex((other) => isSame(proposal, other)) === i);
}

/** A vector that is `value` at one index and zero elsewhere. */
export function scaledUnit(experts: number, index: number, value: number): number[] {
  return Array.from({length: experts}, (_, i) => (i === index ? value : 0));
}
