/** The tokens of a word by the places of their first bytes, of which neighbours become one. */
export class WordTokens {
  readonly #ids: (number | null)[];
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  constructor(ids: readonly number[]) {
    this.#ids = [...ids];
    this.#next = Int32Array.from(ids, (_, i) => (i + 1 < ids.length ? i + 1 : -1));
    this.#previous = Int32Array.from(ids, (_, i) => i - 1);
  }

  id(at: number): number {
    return this.#ids[at] ?? NaN;
  }

  isThere(at: number): boolean {
    return this.#ids[at] !== null;
  }

  /** Place of the token behind; null behind the last. */
  after(at: number): number | null {
    return place(this.#next[at]);
  }

  before(at: number): number | null {
    return place(this.#previous[at]);
  }

  /** Makes one token of the one at a place and the one behind it. */
  join(at: number, id: number): void {
    const next = this.#next[at] ?? -1;
    const behind = this.#next[next] ?? -1;
    this.#ids[at] = id;
    this.#ids[next] = null;
    this.#next[at] = behind;
    if (behind >= 0) this.#previous[behind] = at;
  }

  all(): number[] {
    return this.#ids.filter((id) => id !== null);
  }
}

function place(index = -1): number | null {
  return index < 0 ? null : index;
}
