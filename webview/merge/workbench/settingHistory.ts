/** Changes of one control that follow each other faster are one step. */
const stepMilliseconds = 800;
const keptSteps = 200;

/** Settings in the order in which they were made, for undo and redo. */
export class SettingHistory<T> {
  #steps: T[];
  #at = 0;
  #control = '';
  #time = -Infinity;

  constructor(first: T) {
    this.#steps = [first];
  }

  get current(): T {
    return this.#steps[this.#at] as T;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#steps.length - 1;
  }

  /** A new setting, made by `control` at `time` (milliseconds); what was undone is forgotten. */
  push(setting: T, control: string, time: number): void {
    const isSameStep = this.#at > 0 && control === this.#control && time - this.#time < stepMilliseconds;
    const kept = this.#steps.slice(isSameStep ? 0 : Math.max(0, this.#at - keptSteps), this.#at + (isSameStep ? 0 : 1));
    this.#steps = [...kept, setting];
    this.#at = kept.length;
    this.#control = control;
    this.#time = time;
  }

  undo(): void {
    if (this.canUndo) this.#at--;
    this.#control = '';
  }

  redo(): void {
    if (this.canRedo) this.#at++;
    this.#control = '';
  }
}
