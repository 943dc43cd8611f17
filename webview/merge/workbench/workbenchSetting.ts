import {MergeMethod, methodDefaults, type MergeMethodKind} from '../../../trainer/contract/config/mergeMethod.ts';
import type {DepthWeight} from '../../../trainer/contract/config/mergeRule.ts';
import type {MergeSetting} from '../../../trainer/contract/config/mergeSetting.ts';
import type {RuleWeight, WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';

/** Parts of the network that are always offered weights of their own. */
const usualParts = ['down', 'mid', 'up'];

/** The name of a part, a group of tensors or a pattern of their names, for users. */
export function partName(part: string): string {
  return usualParts.includes(part) ? `${part} blocks` : part;
}

/** These weights everywhere, by task arithmetic. */
export function plainSetting(weights: readonly number[]): WorkbenchSetting {
  return workbenchSetting({weights: [...weights]});
}

/** The controls as a merge sets them: `mergeSetting` of the result is that merge. */
export function workbenchSetting(original: MergeSetting): WorkbenchSetting {
  const {weights, rules = [], method} = original;
  const {kind, ...parameters} = method ?? {kind: 'linear'};
  return {original, weights, rules, method: kind, parameters};
}

export function withWeight(setting: WorkbenchSetting, expert: number, weight: number | null): WorkbenchSetting {
  return {...setting, weights: setting.weights.map((old, i) => (i === expert ? weight : old))};
}

/** Sets the weight of an expert in a part of the network, a group of tensors or a pattern. A part without a rule gets one, after all others. */
export function withPartWeight(
  setting: WorkbenchSetting,
  part: string,
  expert: number,
  weight: RuleWeight,
): WorkbenchSetting {
  const known = setting.rules.findIndex(({match}) => match === part);
  const at = known < 0 ? setting.rules.length : known;
  const weights = setting.weights.map((_, i) => (i === expert ? weight : ruleWeight(setting.rules[at], i)));
  return {...setting, rules: setting.rules.toSpliced(at, 1, {match: part, weights})};
}

/** Values of other methods' parameters stay, so that they are still there when such a method is chosen again. */
export function withMethod(setting: WorkbenchSetting, method: MergeMethodKind): WorkbenchSetting {
  return {...setting, method};
}

export function withParameter(
  setting: WorkbenchSetting,
  name: string,
  value: number | boolean | null,
): WorkbenchSetting {
  return {...setting, parameters: {...setting.parameters, [name]: value}};
}

/** Slerp goes from the base to a single expert. */
export function methodsFor(setting: WorkbenchSetting): MergeMethodKind[] {
  const methods: MergeMethodKind[] = ['linear', 'ties', 'dare', 'breadcrumbs', 'slerp', 'model-stock'];
  return methods.filter((kind) => kind !== 'slerp' || setting.weights.length === 1 || setting.method === 'slerp');
}

/** Whether the method takes weights and rules. */
export function isWeighted({method}: WorkbenchSetting): boolean {
  return method !== 'model-stock';
}

/** What the chosen method takes besides weights, with the values that count. */
export function parametersOf({method, parameters}: WorkbenchSetting): Map<string, number | boolean | null> {
  return new Map(
    [...methodDefaults(method)].map(([name, value]) => [
      name,
      parameters[name] === undefined ? value : parameters[name],
    ]),
  );
}

/** Parts of the network that may have weights of their own: the usual ones, and those for which there is a rule. */
export function partsOf({rules}: WorkbenchSetting): string[] {
  return [...new Set([...usualParts, ...rules.map(({match}) => match)])];
}

/** The weight of an expert in a part of the network: a number, numbers over its depth, or null where the field holds no number. */
export function partWeight({weights, rules}: WorkbenchSetting, part: string, expert: number): DepthWeight | null {
  const own = ruleWeight(
    rules.find(({match}) => match === part),
    expert,
  );
  return own === 'expert' ? (weights[expert] ?? null) : own;
}

function ruleWeight(rule: WorkbenchSetting['rules'][number] | undefined, expert: number): RuleWeight {
  const weight = rule?.weights[expert];
  return weight === undefined ? 'expert' : weight;
}

/** The merge that the controls describe; null where one of them holds no number, or one that the method does not take. */
export function mergeSetting(setting: WorkbenchSetting): MergeSetting | null {
  const {original, weights, rules, method} = setting;
  const numbers = complete(weights);
  // The last rules change nothing where all of their weights are those of the experts; earlier ones may hide a later rule.
  const last = rules.findLastIndex((rule) => rule.weights.some((weight) => weight !== 'expert'));
  const ruled = rules.slice(0, last + 1).map(({match, weights: own}) => {
    const values = complete(own.map((weight, i) => (weight === 'expert' ? (weights[i] ?? null) : weight)));
    return values && {match, weights: values};
  });
  const asked = complete(ruled);
  const parsed = MergeMethod.safeParse({kind: method, ...Object.fromEntries(parametersOf(setting))});
  if (numbers === null || asked === null || !parsed.success) return null;
  const isLeftOut = original.method === undefined && parsed.data.kind === 'linear' && parsed.data.lambda === 1;
  return {
    weights: numbers,
    ...((asked.length > 0 || original.rules !== undefined) && {rules: asked}),
    ...(!isLeftOut && {method: parsed.data}),
  };
}

/** The values if none is missing. */
function complete<T>(values: readonly (T | null)[]): T[] | null {
  const found = values.filter((value) => value !== null);
  return found.length === values.length ? found : null;
}
