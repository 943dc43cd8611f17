import {InvalidArgumentError, Option, type Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import {
  MergeMethod,
  mergeMethodKinds,
  methodDefaults,
  type MergeMethodKind,
} from '../../contract/config/merge/mergeMethod.ts';
import {MergeRule} from '../../contract/config/merge/mergeRule.ts';
import {collect} from '../arguments.ts';

/** The options of `deme merge` that say how task vectors are combined. */
export interface MergeMethodOptions {
  method?: MergeMethodKind;
  /** A parameter of the method as `name=value`. */
  set?: readonly (readonly [string, unknown])[];
  rule?: readonly MergeRule[];
}

export function addMergeMethodOptions(command: Command): void {
  command
    .addOption(new Option('--method <name>', 'how task vectors are combined (linear)').choices(mergeMethodKinds))
    .option('--set <name=value>', 'a parameter of the method, as in density=0.3; once for each', collect(parameter))
    .option(
      '--rule <match=weights>',
      'other weights for some tensors, as in up=0.1,0.2:0.8; once for each',
      collect(rule),
    );
}

/** The method that the options name, with the defaults of what they leave out; undefined where they name none. */
export function methodOf({method, set = []}: MergeMethodOptions): MergeMethod | undefined {
  if (method === undefined && set.length === 0) return undefined;
  const parsed = MergeMethod.safeParse({kind: method ?? 'linear', ...Object.fromEntries(set)});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError('merge-method', `--set ${String(issue?.path[0] ?? set[0]?.[0])}: ${issue?.message}.`, {
    hint: `The parameters of ${method ?? 'linear'}: ${[...methodDefaults(method ?? 'linear').keys()].join(', ') || 'none'}.`,
  });
}

/** `density=0.3`, `elect=true` */
function parameter(text: string): [string, unknown] {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Give a name and a value, as in density=0.3.');
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, Number(value)];
}

/** `up_blocks.*=0.1,0.2:0.8`: one weight for each expert, two or more with colons between them over the depth of the network. */
function rule(text: string): MergeRule {
  const at = text.lastIndexOf('=');
  const weights = text
    .slice(at + 1)
    .split(',')
    .map(depthWeight);
  const parsed = MergeRule.safeParse({match: text.slice(0, Math.max(at, 0)), weights});
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Give tensors and a weight for each expert, as in up=0.1,0.2 or mid=0.1,0.2:0.8.');
}

function depthWeight(text: string): unknown {
  const numbers = text.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return numbers.length === 1 ? numbers[0] : numbers;
}
