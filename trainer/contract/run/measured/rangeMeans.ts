import {cosineOf, type Cosines} from './gradientConflict.ts';

/** How alike the gradients of timesteps are, where each belongs to a range. A mean over nothing is null. */
export interface RangeMeans {
  /** Mean over the timesteps of the mean cosine of their gradient with those of the other timesteps of their range. */
  readonly within: number | null;
  /** The same with the timesteps of other ranges. */
  readonly across: number | null;
  /** [range][range] Mean over the pairs with one timestep in each. */
  readonly blocks: readonly (readonly (number | null)[])[];
}

/** @param rangeOf the number of the range of each measured timestep, as `rangeNumbers` gives it */
export function rangeMeans(cosines: Cosines, rangeOf: readonly number[]): RangeMeans {
  const count = 1 + Math.max(...rangeOf);
  const blocks = Array.from({length: count}, () => Array.from({length: count}, () => new Mean()));
  const [within, across] = [new Mean(), new Mean()];
  rangeOf.forEach((own, i) => {
    const [near, far] = [new Mean(), new Mean()];
    rangeOf.forEach((other, j) => {
      const cosine = cosineOf(cosines, i, j);
      (own === other ? near : far).add(cosine);
      blocks[own]?.[other]?.add(cosine);
    });
    within.add(near.value);
    across.add(far.value);
  });
  return {within: within.value, across: across.value, blocks: blocks.map((row) => row.map(({value}) => value))};
}

/** The number of the range [low, high) that holds each timestep. The ranges must tile all timesteps. */
export function rangeNumbers(
  timesteps: readonly number[],
  ranges: readonly (readonly [low: number, high: number])[],
): number[] {
  return timesteps.map((timestep) => ranges.findIndex(([low, high]) => low <= timestep && timestep < high));
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number | null): void {
    if (value === null) return;
    this.#sum += value;
    this.#count++;
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }
}
