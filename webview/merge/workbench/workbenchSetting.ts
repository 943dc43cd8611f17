import {MergeMethod, methodDefaults, type MergeMethodKind} from '../../../trainer/contract/config/merge/mergeMethod.ts';
import type {DepthWeight} from '../../../trainer/contract/config/merge/mergeRule.ts';
import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import type {RuleWeight, WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';

/** Parts of the network that always have sliders. */
const usualParts = ['down', 'mid', 'up'];

/** The name of a part of the network for users; a pattern is its own name. */
export function partName(part: string): string {
  return usualParts.includes(part) ? `${part} blocks` : part;
}

/** Task arithmetic with the same weights in the whole network. */
export function plainSetting(weights: readonly number[]): WorkbenchSetting {
  return workbenchSetting({weights: [...weights]});
}

/** The setting for a given merge: `mergeSetting` turns it back into exactly this merge. */
export function workbenchSetting(original: MergeSetting): WorkbenchSetting {
  const {weights, rules = [], method} = original;
  const {kind, ...parameters} = method ?? {kind: 'linear'};
  return {original, weights, rules, method: kind, parameters};
}

export function withWeight(setting: WorkbenchSetting, expert: number, weight: number | null): WorkbenchSetting {
  return {...setting, weights: setting.weights.map((old, i) => (i === expert ? weight : old))};
}

/** Sets the weight of an expert in a part of the network (`MergeRule.match`). A part without a rule gets one, after all others. */
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

/** Parameters of other methods are kept for when such a method is chosen again. */
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

/** The methods to choose from. Slerp goes from the base to a single expert. */
export function methodsFor(setting: WorkbenchSetting): MergeMethodKind[] {
  const methods: MergeMethodKind[] = ['linear', 'ties', 'dare', 'breadcrumbs', 'slerp', 'model-stock'];
  return methods.filter((kind) => kind !== 'slerp' || setting.weights.length === 1 || setting.method === 'slerp');
}

/** Whether the method uses weights and rules. */
export function isWeighted({method}: WorkbenchSetting): boolean {
  return method !== 'model-stock';
}

/** Parameters of the chosen method with their values: the set ones, else the defaults. */
export function parametersOf({method, parameters}: WorkbenchSetting): Map<string, number | boolean | null> {
  return new Map(
    [...methodDefaults(method)].map(([name, value]) => [
      name,
      parameters[name] === undefined ? value : parameters[name],
    ]),
  );
}

/** Parts of the network that get sliders: the usual ones, and those with a rule. */
export function partsOf({rules}: WorkbenchSetting): string[] {
  return [...new Set([...usualParts, ...rules.map(({match}) => match)])];
}

/** The weight of an expert in a part of the network: a number, a list over the depth, or null where the field holds no number. */
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

/** The merge that a setting describes; null if a number is missing or out of range. */
export function mergeSetting(setting: WorkbenchSetting): MergeSetting | null {
  const {original, weights, rules, method} = setting;
  const numbers = complete(weights);
  // A rule whose weights are those of the experts changes nothing, unless a later rule applies to the same tensors.
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

/** The values, or null if one is missing. */
function complete<T>(values: readonly (T | null)[]): T[] | null {
  const found = values.filter((value) => value !== null);
  return found.length === values.length ? found : null;
}
