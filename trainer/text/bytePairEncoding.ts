import {toByteSymbols} from './byteSymbols.ts';
import {MergeHeap} from './mergeHeap.ts';
import {WordTokens} from './wordTokens.ts';

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

  /**
   * Of all pairs the one that was learned first becomes one token, of equal ones the leftmost, until none is left. Pairs wait in a heap, as in the
   * tokenizers library: a text of n bytes takes n log n steps, however its merges follow from each other.
   */
  #merged(ids: number[]): number[] {
    const tokens = new WordTokens(ids);
    const waiting = new MergeHeap();
    const look = (at: number) => {
      const next = tokens.after(at);
      if (next === null) return;
      const key = pairKey(tokens.id(at), tokens.id(next));
      const merge = this.#merges.get(key);
      if (merge !== undefined) waiting.push({rank: merge.rank, at, key});
    };
    for (let at = 0; at < ids.length; at++) look(at);
    for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
      const {at, key} = pair;
      const next = tokens.isThere(at) ? tokens.after(at) : null;
      // One of both has become part of another token meanwhile.
      if (next === null || pairKey(tokens.id(at), tokens.id(next)) !== key) continue;
      tokens.join(at, this.#merges.get(key)?.id ?? this.#unknown);
      const before = tokens.before(at);
      if (before !== null) look(before);
      look(at);
    }
    return tokens.all();
  }
}

/** Exact for ids below a million. */
function pairKey(first: number, second: number): number {
  return first * 1_000_000 + second;
}
