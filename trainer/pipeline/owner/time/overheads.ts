import type {Stage} from '../../../contract/run/stage.ts';
import type {PlannedStage} from '../../graph/stagePlan.ts';

/** Seconds that a stage takes besides what it counts. */
export interface Overhead {
  /** Until it computes: the start of its process and engine, reading the model, compiling. */
  readonly opening: number;
  /** After the last that it counts: writing and hashing its result. */
  readonly closing: number;
}

/** As long as no stage was seen. */
const usual: Overhead = {opening: 2, closing: 0.5};

/** What stages take besides their work, as those of the same kind took, else those of any. */
export class Overheads {
  readonly #seen = new Map<Stage['kind'], Map<string, Partial<Overhead>>>();

  /** Of the stage with this name what is known so far: its opening once it computes. */
  add({name, stage}: Pick<PlannedStage, 'name' | 'stage'>, overhead: Partial<Overhead>): void {
    const ofKind = this.#seen.get(stage.kind) ?? new Map<string, Partial<Overhead>>();
    this.#seen.set(stage.kind, ofKind.set(name, overhead));
  }

  of(kind: Stage['kind']): Overhead {
    return {opening: this.#mean(kind, 'opening'), closing: this.#mean(kind, 'closing')};
  }

  #mean(kind: Stage['kind'], part: keyof Overhead): number {
    const valuesOf = (stages: ReadonlyMap<string, Partial<Overhead>>) =>
      [...stages.values()].flatMap(({[part]: seconds}) => (seconds === undefined ? [] : [Math.max(0, seconds)]));
    const own = valuesOf(this.#seen.get(kind) ?? new Map());
    const seen = own.length > 0 ? own : [...this.#seen.values()].flatMap(valuesOf);
    if (seen.length === 0) return usual[part];
    return seen.reduce((sum, seconds) => sum + seconds, 0) / seen.length;
  }
}
