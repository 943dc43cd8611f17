import {
  hasDensity,
  weightedParts,
  withPartWeight,
  withWeight,
  type WorkbenchSetting,
} from '../workbench/workbenchSetting.ts';

/** A number of the setting that an XY grid can run through. */
export interface GridAxis {
  readonly name: string;
  /** What a grid usually runs through. */
  readonly low: number;
  readonly high: number;
  set(setting: WorkbenchSetting, value: number): WorkbenchSetting;
}

/** All axes of a setting: the weight of each expert, in the whole network and in each part, lambda, and density where the method has it. */
export function gridAxes(setting: WorkbenchSetting): GridAxis[] {
  const experts = setting.weights.map((_, i) => i);
  const weights = experts.map((i): GridAxis => ({
    name: `weight of expert ${i}`,
    low: 0,
    high: 1,
    set: (before, value) => withWeight(before, i, value),
  }));
  const parts = experts.flatMap((i) =>
    weightedParts.map((part): GridAxis => ({
      name: `expert ${i} in ${part} blocks`,
      low: 0,
      high: 1,
      set: (before, value) => withPartWeight(before, part, i, value),
    })),
  );
  const lambda: GridAxis = {name: 'lambda', low: 0.5, high: 1.5, set: (before, value) => ({...before, lambda: value})};
  const density: GridAxis = {
    name: 'density',
    low: 0.2,
    high: 1,
    set: (before, value) => ({...before, density: value}),
  };
  return [...weights, lambda, ...(hasDensity(setting) ? [density] : []), ...parts];
}

/** `count` evenly spaced values with both ends, without digits that rounding adds. */
export function axisValues(low: number, high: number, count: number): number[] {
  return Array.from({length: count}, (_, i) => Number((low + ((high - low) * i) / (count - 1)).toPrecision(6)));
}
