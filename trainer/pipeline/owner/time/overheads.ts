import type {Stage} from '../../../contract/run/stage.ts';

/** Seconds that a stage takes besides what it counts. */
export interface Overhead {
  /** Until it computes: the start of its process and engine, reading the model, compiling. */
  readonly opening: number;
  /** After the last that it counts: writing and hashing its result. */
  readonly closing: number;
}

/** As long as no stage was seen. */
const usual: Overhead = {opening: 2, closing: 0.5};

/** What stages take besides their work, as those that are done took: of the same kind, else of any. */
export class Overheads {
  readonly #seen = new Map<Stage['kind'], Overhead[]>();

  add(kind: Stage['kind'], {opening, closing}: Overhead): void {
    const positive = {opening: Math.max(0, opening), closing: Math.max(0, closing)};
    this.#seen.set(kind, [...(this.#seen.get(kind) ?? []), positive]);
  }

  of(kind: Stage['kind']): Overhead {
    return mean(this.#seen.get(kind) ?? [...this.#seen.values()].flat());
  }
}

function mean(seen: readonly Overhead[]): Overhead {
  if (seen.length === 0) return usual;
  const of = (part: keyof Overhead) => seen.reduce((sum, one) => sum + one[part], 0) / seen.length;
  return {opening: of('opening'), closing: of('closing')};
}
