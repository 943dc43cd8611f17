/** A pair of neighbouring tokens that may become one. */
export interface WaitingPair {
  /** When it was learned. */
  readonly rank: number;
  /** Place of its first token in the word. */
  readonly at: number;
  /** What the tokens were. */
  readonly key: number;
}

/** Pairs by rank, of equal ones the leftmost first: a binary heap. */
export class MergeHeap {
  readonly #pairs: WaitingPair[] = [];

  push(pair: WaitingPair): void {
    const pairs = this.#pairs;
    let at = pairs.push(pair) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = pairs[parent];
      if (above === undefined || !isBefore(pair, above)) break;
      pairs[at] = above;
      at = parent;
    }
    pairs[at] = pair;
  }

  pop(): WaitingPair | undefined {
    const pairs = this.#pairs;
    const [first] = pairs;
    const last = pairs.pop();
    if (last === undefined || pairs.length === 0) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [pairs[2 * at + 1], pairs[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, last)) break;
      pairs[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    pairs[at] = last;
    return first;
  }
}

function isBefore(one: WaitingPair, other: WaitingPair): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.at < other.at);
}
