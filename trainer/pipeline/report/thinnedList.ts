/**
 * A list of at most `most` entries (an even number). When it is full, neighbouring entries are merged in pairs, so that each stands for 2, then 4,
 * then 8 added values. Up to `most` values are kept as they are.
 */
export class ThinnedList<T> {
  readonly #most: number;
  readonly #merge: (first: T, second: T) => T;
  #entries: T[] = [];
  /** Number of added values per entry. */
  #stride = 1;
  /** The newest values, still too few for an entry. */
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

  /** Drops entries from the end while `isStale` is true of the last one. */
  dropLast(isStale: (entry: T) => boolean): void {
    for (const list of [this.#rest, this.#entries]) {
      for (let last = list.at(-1); last !== undefined && isStale(last); last = list.at(-1)) list.pop();
      if (list.length > 0) return;
    }
  }

  all(): T[] {
    return [...this.#entries, ...this.#asOne(this.#rest)];
  }

  /** All values merged into one entry; empty if there are none. */
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
