import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {
  isWeighted,
  parametersOf,
  partName,
  partsOf,
  withParameter,
  withPartWeight,
  withWeight,
} from '../workbench/workbenchSetting.ts';

/** A number of the setting that an XY grid can vary. */
export interface GridAxis {
  readonly name: string;
  /** Default range. */
  readonly low: number;
  readonly high: number;
  set(setting: WorkbenchSetting, value: number): WorkbenchSetting;
}

const usualRanges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  lambda: [0.5, 1.5],
  density: [0.2, 1],
  gamma: [0, 0.1],
  seed: [0, 2],
};

/** All numbers of a setting: the weight of each expert, in the whole network and in each part, and the parameters of the method. */
export function gridAxes(setting: WorkbenchSetting): GridAxis[] {
  const experts = isWeighted(setting) ? setting.weights.map((_, i) => i) : [];
  const weights = experts.map((i): GridAxis => ({
    name: `weight of expert ${i}`,
    low: 0,
    high: 1,
    set: (before, value) => withWeight(before, i, value),
  }));
  const parts = experts.flatMap((i) =>
    partsOf(setting).map((part): GridAxis => ({
      name: `expert ${i} in ${partName(part)}`,
      low: 0,
      high: 1,
      set: (before, value) => withPartWeight(before, part, i, value),
    })),
  );
  const numbers = [...parametersOf(setting)].filter(([, value]) => typeof value !== 'boolean');
  const parameters = numbers.map(([name]): GridAxis => {
    const [low, high] = usualRanges[name] ?? [0, 1];
    return {name, low, high, set: (before, value) => withParameter(before, name, value)};
  });
  return [...weights, ...parameters, ...parts];
}

/** `count` evenly spaced values including both ends, rounded to 6 digits. */
export function axisValues(low: number, high: number, count: number): number[] {
  return Array.from({length: count}, (_, i) => Number((low + ((high - low) * i) / (count - 1)).toPrecision(6)));
}
