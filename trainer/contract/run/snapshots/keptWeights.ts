import * as z from 'zod';

/** What is kept of a training: a checkpoint that it could go on from, a snapshot, or the expert that it has made. */
export const keptKinds = ['checkpoint', 'snapshot', 'model'] as const;

/** Weights of an expert that a run keeps. */
export const KeptWeights = z.strictObject({expert: z.int(), update: z.int(), kind: z.enum(keptKinds)});
export type KeptWeights = z.infer<typeof KeptWeights>;

/** The weights from which a new training can start where one was at an update: of each expert the newest up to then, in the order of the experts. */
export function startsAt<Kept extends KeptWeights>(kept: readonly Kept[], update: number): Kept[] {
  const newest = new Map<number, Kept>();
  for (const each of kept) {
    const before = newest.get(each.expert);
    if (each.update <= update && (before === undefined || isRather(each, before))) newest.set(each.expert, each);
  }
  return [...newest.values()].sort((a, b) => a.expert - b.expert);
}

/** Of the same update, a whole model says more about itself than a checkpoint, and no clean-up removes it. */
function isRather(one: KeptWeights, other: KeptWeights): boolean {
  if (one.update !== other.update) return one.update > other.update;
  return keptKinds.indexOf(one.kind) > keptKinds.indexOf(other.kind);
}
