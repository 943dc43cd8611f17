import {MergeMethod} from '../../../trainer/contract/config/mergeMethod.ts';
import type {MergeSetting} from '../../../trainer/contract/config/mergeSetting.ts';

/** Parts of the network that may have weights of their own; all other tensors have those of the expert. */
export const weightedParts = ['down', 'mid', 'up'] as const;
export type WeightedPart = (typeof weightedParts)[number];

/** Methods that take a weight for each expert. */
export const weightedMethods = ['linear', 'ties', 'dare', 'breadcrumbs'] as const;
export type WeightedMethod = (typeof weightedMethods)[number];

/** What the controls of the merge workbench are set to; null is a field that holds no number. Never changes: every action makes another one. */
export interface WorkbenchSetting {
  readonly weights: readonly (number | null)[];
  /** Weights of each expert in a part; undefined: as the expert. */
  readonly parts: Readonly<Record<WeightedPart, readonly (number | null | undefined)[]>>;
  readonly method: WeightedMethod;
  readonly lambda: number | null;
  /** Of methods that drop elements. */
  readonly density: number | null;
}

/** These weights in all parts, by task arithmetic. */
export function plainSetting(weights: readonly (number | null)[]): WorkbenchSetting {
  const none = weights.map(() => undefined);
  return {weights, parts: {down: none, mid: none, up: none}, method: 'linear', lambda: 1, density: 0.5};
}

/** The controls that ask for this; what they cannot ask for is left out. */
export function workbenchSetting({weights, rules = [], method}: MergeSetting): WorkbenchSetting {
  const plain = plainSetting(weights);
  const part = (name: WeightedPart) => {
    const own = rules.find(({match}) => match === name)?.weights;
    return weights.map((weight, i) => {
      const value = own?.[i];
      return typeof value === 'number' && value !== weight ? value : undefined;
    });
  };
  return {
    weights,
    parts: {down: part('down'), mid: part('mid'), up: part('up')},
    method: weightedMethods.find((kind) => kind === method?.kind) ?? plain.method,
    lambda: method !== undefined && 'lambda' in method ? method.lambda : plain.lambda,
    density: method !== undefined && 'density' in method ? method.density : plain.density,
  };
}

/** Whether the method drops elements of the task vectors. */
export function hasDensity({method}: WorkbenchSetting): boolean {
  return method !== 'linear';
}

export function withWeight(setting: WorkbenchSetting, expert: number, weight: number | null): WorkbenchSetting {
  return {...setting, weights: setting.weights.map((old, i) => (i === expert ? weight : old))};
}

/** `weight` undefined: as the expert again. */
export function withPartWeight(
  setting: WorkbenchSetting,
  part: WeightedPart,
  expert: number,
  weight: number | null | undefined,
): WorkbenchSetting {
  const weights = setting.parts[part].map((old, i) => (i === expert ? weight : old));
  return {...setting, parts: {...setting.parts, [part]: weights}};
}

/** The weight of an expert in a part of the network. */
export function partWeight({weights, parts}: WorkbenchSetting, part: WeightedPart, expert: number): number | null {
  const own = parts[part][expert];
  return own === undefined ? (weights[expert] ?? null) : own;
}

/** What the controls ask for; null where one of them holds no number that the method takes. */
export function mergeSetting(setting: WorkbenchSetting): MergeSetting | null {
  const weights = numbers(setting.weights);
  if (weights === null) return null;
  const rules: NonNullable<MergeSetting['rules']> = [];
  for (const part of weightedParts) {
    if (setting.parts[part].every((weight) => weight === undefined)) continue;
    const own = numbers(setting.weights.map((_, i) => partWeight(setting, part, i)));
    if (own === null) return null;
    rules.push({match: part, weights: own});
  }
  const method = methodOf(setting);
  if (method === null) return null;
  const isPlain = method.kind === 'linear' && method.lambda === 1;
  return {weights, ...(rules.length > 0 && {rules}), ...(!isPlain && {method})};
}

function methodOf({method: kind, lambda, density}: WorkbenchSetting): MergeMethod | null {
  const settings = kind === 'linear' ? {kind, lambda} : {kind, lambda, density};
  return MergeMethod.safeParse(settings).data ?? null;
}

function numbers(values: readonly (number | null)[]): number[] | null {
  const found = values.filter((value) => value !== null);
  return found.length === values.length ? found : null;
}
