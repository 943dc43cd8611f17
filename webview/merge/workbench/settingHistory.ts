/** Changes by the same control within this time are one step. */
const stepMilliseconds = 800;
const maxSteps = 200;

/** All settings so far, for undo and redo. Immutable: every change makes a new history. */
export interface SettingHistory<T> {
  readonly steps: readonly T[];
  readonly at: number;
  /** The control that made the last step; empty after undo and redo. */
  readonly control: string;
  readonly time: number;
}

export function newHistory<T>(first: T): SettingHistory<T> {
  return {steps: [first], at: 0, control: '', time: -Infinity};
}

export function currentSetting<T>({steps, at}: SettingHistory<T>): T {
  return steps[at] as T;
}

export function canUndo({at}: SettingHistory<unknown>): boolean {
  return at > 0;
}

export function canRedo({steps, at}: SettingHistory<unknown>): boolean {
  return at < steps.length - 1;
}

/** Adds a setting that `control` has made at `time` (milliseconds). Undone steps are dropped. */
export function withSetting<T>(
  {steps, at, ...last}: SettingHistory<T>,
  setting: T,
  control: string,
  time: number,
): SettingHistory<T> {
  const isSameStep = at > 0 && control === last.control && time - last.time < stepMilliseconds;
  const kept = isSameStep ? steps.slice(0, at) : steps.slice(Math.max(0, at + 1 - maxSteps), at + 1);
  return {steps: [...kept, setting], at: kept.length, control, time};
}

export function undone<T>(history: SettingHistory<T>): SettingHistory<T> {
  return {...history, at: Math.max(0, history.at - 1), control: ''};
}

export function redone<T>(history: SettingHistory<T>): SettingHistory<T> {
  return {...history, at: Math.min(history.steps.length - 1, history.at + 1), control: ''};
}
