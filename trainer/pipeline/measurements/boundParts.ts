import type {MergeBound} from '../../contract/run/measured/mergeBound.ts';
import {otherPart, partOrder, type PartOf} from '../../merge/tensorWeights.ts';

type Weights = Readonly<Record<string, readonly number[]>>;

/** The best weights of a bound, and those of its start, over the tensors of each part of the network, in the order in which an image passes through them. */
export function boundParts({start, best, experts}: MergeBound, partOf: PartOf): MergeBound['parts'] {
  const parts = new Map<string, string[]>();
  for (const name of Object.keys(start)) {
    const part = partOf(name).group ?? otherPart;
    parts.set(part, [...(parts.get(part) ?? []), name]);
  }
  const found = best?.weights ?? start;
  const over = (names: readonly string[], weights: Weights, reduce: (own: number[]) => number) =>
    Array.from({length: experts}, (_, i) => reduce(names.map((name) => weights[name]?.[i] ?? NaN)));
  return [...parts]
    .sort(([a], [b]) => partOrder.indexOf(a) - partOrder.indexOf(b))
    .map(([name, names]) => ({
      name,
      tensors: names.length,
      start: over(names, start, mean),
      mean: over(names, found, mean),
      least: over(names, found, (own) => Math.min(...own)),
      most: over(names, found, (own) => Math.max(...own)),
    }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
