import {toByteSymbols} from './byteSymbols.ts';

/** What a byte-pair encoding has learned. */
export interface BytePairVocabulary {
  /** Token -> id. The last token of a word ends with `</w>`. */
  readonly ids: ReadonlyMap<string, number>;
  /** Pairs of tokens that become one, the first learned first. */
  readonly merges: readonly (readonly [string, string])[];
}

export const endOfWord = '</w>';

interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** Words are repeated more often than not; this many are remembered. */
const cacheSize = 10_000;

/** Byte-pair encoding (Sennrich et al. 2016) over bytes, word by word. */
export class BytePairEncoder {
  readonly #ids: ReadonlyMap<string, number>;
  /** By both ids, as `pairKey` joins them. */
  readonly #merges = new Map<number, Merge>();
  readonly #unknown: number;
  readonly #cache = new Map<string, readonly number[]>();

  /** `unknown` stands for bytes that the vocabulary lacks; a whole CLIP vocabulary lacks none. */
  constructor({ids, merges}: BytePairVocabulary, unknown: number) {
    this.#ids = ids;
    this.#unknown = unknown;
    for (const [rank, [left, right]] of merges.entries()) {
      const [first, second, id] = [ids.get(left), ids.get(right), ids.get(left + right)];
      if (first === undefined || second === undefined || id === undefined)
        throw new Error(`the vocabulary lacks '${left}', '${right}' or both joined`);
      this.#merges.set(pairKey(first, second), {rank, id});
    }
  }

  /** Ids of one word. */
  encode(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const ids = this.#merged(this.#bytesOf(word));
    if (this.#cache.size >= cacheSize) this.#cache.clear();
    this.#cache.set(word, ids);
    return ids;
  }

  #bytesOf(word: string): number[] {
    const symbols = toByteSymbols(word);
    return symbols.map((symbol, i) => {
      const token = i === symbols.length - 1 ? symbol + endOfWord : symbol;
      return this.#ids.get(token) ?? this.#unknown;
    });
  }

  /** The pair that was learned first becomes one token, everywhere from left to right; then the next, until none is left. */
  #merged(ids: number[]): number[] {
    let tokens = ids;
    for (;;) {
      const [key, merge] = this.#firstLearned(tokens);
      if (merge === undefined) return tokens;
      const next: number[] = [];
      for (let i = 0; i < tokens.length; i++) {
        const isPair = i + 1 < tokens.length && pairKey(tokens[i] ?? 0, tokens[i + 1] ?? 0) === key;
        next.push(isPair ? merge.id : (tokens[i] ?? 0));
        if (isPair) i++;
      }
      tokens = next;
    }
  }

  #firstLearned(tokens: readonly number[]): readonly [key: number, merge: Merge | undefined] {
    let [key, best]: [number, Merge | undefined] = [0, undefined];
    for (let i = 0; i + 1 < tokens.length; i++) {
      const candidate = pairKey(tokens[i] ?? 0, tokens[i + 1] ?? 0);
      const merge = this.#merges.get(candidate);
      if (merge !== undefined && (best === undefined || merge.rank < best.rank)) [key, best] = [candidate, merge];
    }
    return [key, best];
  }
}

/** Exact for ids below a million. */
function pairKey(first: number, second: number): number {
  return first * 1_000_000 + second;
}
