import {UserError} from '../contract/errors.ts';
import {tensorGroups, type DepthWeight, type MergeRule} from '../contract/config/merge/mergeRule.ts';
import type {TensorPart} from '../models/tensorPart.ts';

/** Where in its network each tensor belongs, by its name. */
export type PartOf = (tensorName: string) => TensorPart;

/** The name of the part of tensors that are not of a UNet. */
export const otherPart = 'other';
/** Names of parts, in the order in which an image passes through them. */
export const partOrder: readonly string[] = [...tensorGroups, otherPart];

/** The weights of every tensor, and the number of tensors that each rule applies to. */
export interface TensorWeights {
  readonly byTensor: ReadonlyMap<string, readonly number[]>;
  readonly matches: readonly number[];
}

/**
 * Applies the rules to the tensors of a merge: the first rule that matches a tensor gives its weights; tensors without a rule get `weights`. Throws a
 * UserError for a rule that matches no tensor, which is most likely a typing error.
 */
export function tensorWeights(
  names: readonly string[],
  weights: readonly number[],
  rules: readonly MergeRule[],
  partOf: PartOf,
): TensorWeights {
  rules.forEach((rule) => checkCount(rule, weights.length));
  const fits = rules.map(({match}) => matcher(match, partOf));
  const depth = depths(names, partOf);
  const matches = rules.map(() => 0);
  const byTensor = new Map<string, readonly number[]>();
  for (const name of names) {
    const rule = fits.findIndex((fit) => fit(name));
    if (rule >= 0) matches[rule] = (matches[rule] ?? 0) + 1;
    const own = rules[rule]?.weights.map((weight) => weightAt(weight, depth.get(name) ?? 0));
    byTensor.set(name, own ?? weights);
  }
  const idle = rules.find((_, i) => matches[i] === 0 && !names.some((name) => fits[i]?.(name)));
  if (idle === undefined) return {byTensor, matches};
  throw new UserError('merge-rule', `The rule for '${idle.match}' fits no tensor.`, {
    hint: '`deme inspect` lists the names; * stands for any characters.',
  });
}

function checkCount({match, weights}: MergeRule, experts: number): void {
  if (weights.length === experts) return;
  throw new UserError(
    'merge-rule',
    `The rule for '${match}' has ${weights.length} weights, but there are ${experts} experts.`,
  );
}

function matcher(match: string, partOf: PartOf): (name: string) => boolean {
  const group = tensorGroups.find((known) => known === match);
  if (group !== undefined) return (name) => partOf(name).group === group;
  const parts = match.split('*');
  return (name) => (parts.length === 1 ? name === match : fitsParts(name, parts));
}

/** Whether a name starts with the first part, ends with the last and has the others in order in between; in time linear in the name's length. */
function fitsParts(name: string, parts: readonly string[]): boolean {
  const [start = '', end = ''] = [parts[0], parts.at(-1)];
  if (!name.startsWith(start) || !name.endsWith(end) || name.length < start.length + end.length) return false;
  let at = start.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - end.length;
}

/** Depth of each tensor in the network, 0 for the first block to 1 for the last; blocks are evenly spaced. */
function depths(names: readonly string[], partOf: PartOf): Map<string, number> {
  const blockOf = (name: string) => partOf(name).block;
  const blocks = [...new Set(names.map(blockOf))].sort((a, b) => a - b);
  const last = Math.max(1, blocks.length - 1);
  return new Map(names.map((name) => [name, blocks.indexOf(blockOf(name)) / last]));
}

function weightAt(weight: DepthWeight, depth: number): number {
  if (typeof weight === 'number') return weight;
  const place = depth * (weight.length - 1);
  const left = Math.min(weight.length - 2, Math.floor(place));
  const [from = 0, to = 0] = weight.slice(left, left + 2);
  return from + (place - left) * (to - from);
}
