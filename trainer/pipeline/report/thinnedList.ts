/**
 * A list that never gets longer than `most`, an even number. Beyond, neighbours are merged two by two, so that each entry stands for 2,
 * then 4, then 8 of the added values. Up to `most` it has just what was added.
 */
export class ThinnedList<T> {
  readonly #most: number;
  readonly #merge: (first: T, second: T) => T;
  #entries: T[] = [];
  /** Added values that one entry stands for. */
  #stride = 1;
  /** The newest values, too few for an entry. */
  #rest: T[] = [];

  /** @param merge makes one entry of two that stand for equally many values */
  constructor(most: number, merge: (first: T, second: T) => T) {
    this.#most = most;
    this.#merge = merge;
  }

  add(value: T): void {
    this.#rest.push(value);
    if (this.#rest.length < this.#stride) return;
    if (this.#entries.length === this.#most) {
      this.#entries = this.#inPairs(this.#entries);
      this.#stride *= 2;
    } else {
      this.#entries.push(...this.#asOne(this.#rest));
      this.#rest = [];
    }
  }

  /** Drops the last entries for as long as `isStale` says so of the last one. */
  dropLast(isStale: (entry: T) => boolean): void {
    for (const list of [this.#rest, this.#entries]) {
      for (let last = list.at(-1); last !== undefined && isStale(last); last = list.at(-1)) list.pop();
      if (list.length > 0) return;
    }
  }

  all(): T[] {
    return [...this.#entries, ...this.#asOne(this.#rest)];
  }

  /** One entry for all values; none for none. */
  #asOne(values: readonly T[]): readonly T[] {
    return values.length < 2 ? values : this.#asOne(this.#inPairs(values));
  }

  #inPairs(values: readonly T[]): T[] {
    const pairs: T[] = [];
    for (let i = 0; i < values.length; i += 2) {
      const [first, second] = [values[i] as T, values[i + 1]];
      pairs.push(second === undefined ? first : this.#merge(first, second));
    }
    return pairs;
  }
}
