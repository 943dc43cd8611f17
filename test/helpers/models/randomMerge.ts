import {mergeMethodKinds, MergeMethod} from '../../../trainer/contract/config/merge/mergeMethod.ts';
import {tensorGroups, type DepthWeight, type MergeRule} from '../../../trainer/contract/config/merge/mergeRule.ts';
import {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import {createRandom, type Random} from '../../../trainer/random.ts';

const patterns = ['*', '*.bias', 'up_blocks.*.attentions.*', 'conv_in.weight', 'a=b', '*attn*'];

/** A merge setting of any kind that the schema takes; the same for the same seed. */
export function randomMerge(seed: number): MergeSetting {
  const random = createRandom(seed, 'merge setting');
  const kind = pick(random, mergeMethodKinds);
  const experts = kind === 'slerp' ? 1 : random.int(1, 6);
  const rules = Array.from({length: random.int(0, 5)}, () => randomRule(random, experts));
  return MergeSetting.parse({
    weights: Array.from({length: experts}, () => randomWeight(random)),
    ...(random.float() < 0.7 && {rules}),
    ...(random.float() < 0.9 && {method: randomMethod(random, kind)}),
  });
}

function randomRule(random: Random, experts: number): MergeRule {
  const match = pick(random, random.float() < 0.6 ? tensorGroups : patterns);
  return {match, weights: Array.from({length: experts}, () => randomDepthWeight(random))};
}

function randomDepthWeight(random: Random): DepthWeight {
  if (random.float() < 0.6) return randomWeight(random);
  return Array.from({length: random.int(2, 5)}, () => randomWeight(random));
}

/** Round numbers, numbers with all their digits, zero, and numbers beyond every slider. */
function randomWeight(random: Random): number {
  return pick(random, [0, 1, -0.25, random.normal(), 1e-9 * random.normal(), 1e6 * random.normal()]);
}

/** Some parameters as they are by default, the others anywhere in their range. */
function randomMethod(random: Random, kind: MergeMethod['kind']): MergeMethod {
  const drawn: Readonly<Record<string, number | boolean>> = {
    lambda: random.normal(),
    density: 1 - random.float(),
    gamma: random.float(),
    seed: random.uint32(),
    elect: random.float() < 0.5,
    mean: random.float() < 0.5,
  };
  const names = Object.keys(MergeMethod.parse({kind})).filter((name) => name !== 'kind' && random.float() < 0.8);
  return MergeMethod.parse({kind, ...Object.fromEntries(names.map((name) => [name, drawn[name]]))});
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.int(0, from.length)] as T;
}
