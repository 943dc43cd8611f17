import {UserError} from '../contract/errors.ts';
import {tensorGroups, type DepthWeight, type MergeRule, type TensorGroup} from '../contract/config/mergeRule.ts';
import {projectionIndex} from './files/identityProjection.ts';

/** The weights of every tensor, and how many tensors each rule took. */
export interface TensorWeights {
  readonly byTensor: ReadonlyMap<string, readonly number[]>;
  readonly matches: readonly number[];
}

/**
 * Applies the rules to the tensors of a merge: the first that fits a tensor gives its weights, and those without have `weights`. Refuses a rule
 * that fits no tensor, which is a slip of the pen.
 */
export function tensorWeights(
  names: readonly string[],
  weights: readonly number[],
  rules: readonly MergeRule[],
): TensorWeights {
  rules.forEach((rule) => checkCount(rule, weights.length));
  const fits = rules.map(({match}) => matcher(match));
  const depth = depths(names);
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
    hint: 'See the names with `deme inspect`; * stands for any characters.',
  });
}

function checkCount({match, weights}: MergeRule, experts: number): void {
  if (weights.length === experts) return;
  throw new UserError(
    'merge-rule',
    `The rule for '${match}' has ${weights.length} weights, but there are ${experts} experts.`,
  );
}

function matcher(match: string): (name: string) => boolean {
  const group = tensorGroups.find((known) => known === match);
  if (group !== undefined) return (name) => groupOf(name) === group;
  const parts = match.split('*');
  return (name) => (parts.length === 1 ? name === match : fitsParts(name, parts));
}

/** Whether a name begins with the first part, ends with the last, and has the others in this order between: in time that grows with the name. */
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

/** The part of a UNet that a tensor belongs to; null for any other network. */
export function groupOf(name: string): TensorGroup | null {
  if (projectionIndex(name) !== null) return 'projections';
  if (name.startsWith('conv_in.')) return 'in';
  if (name.startsWith('time_')) return 'time';
  if (name.startsWith('down_blocks.')) return 'down';
  if (name.startsWith('mid_block.')) return 'mid';
  if (name.startsWith('up_blocks.')) return 'up';
  return /^conv_(norm_)?out\./.test(name) ? 'out' : null;
}

/** Depth of each tensor in the network, 0 for the first block to 1 for the last; blocks are evenly spaced. */
function depths(names: readonly string[]): Map<string, number> {
  const blocks = [...new Set(names.map(blockOf))].sort((a, b) => a - b);
  const last = Math.max(1, blocks.length - 1);
  return new Map(names.map((name) => [name, blocks.indexOf(blockOf(name)) / last]));
}

/** Numbers that rise along the way of an image through the network. A projection goes with the first block, as the time embedding does. */
function blockOf(name: string): number {
  const index = Number(/^(?:down|up)_blocks\.(\d+)\./.exec(name)?.[1] ?? 0);
  switch (groupOf(name)) {
    case 'down':
      return 1 + index;
    case 'mid':
      return 1e4;
    case 'up':
      return 1e4 + 1 + index;
    case 'out':
      return 1e9;
    default:
      return 0;
  }
}

function weightAt(weight: DepthWeight, depth: number): number {
  if (typeof weight === 'number') return weight;
  const place = depth * (weight.length - 1);
  const left = Math.min(weight.length - 2, Math.floor(place));
  const [from = 0, to = 0] = weight.slice(left, left + 2);
  return from + (place - left) * (to - from);
}
