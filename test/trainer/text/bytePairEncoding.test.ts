import {describe, expect, it} from 'vitest';
import {BytePairEncoder} from '../../../trainer/text/bytePairEncoding.ts';
import {byteSymbols} from '../../../trainer/text/byteSymbols.ts';
import {createRandom} from '../../../trainer/random.ts';
import {processorTime} from '../../helpers/machine/processorTime.ts';

/** An encoder of these merges over `symbols`, and the text of an id. */
function encoderOf(symbols: readonly string[], merges: readonly (readonly [string, string])[]) {
  const tokens = [...symbols, ...symbols.map((symbol) => `${symbol}</w>`), ...merges.map((pair) => pair.join(''))];
  const names = [...new Set(tokens)];
  const ids = new Map(names.map((token, id) => [token, id]));
  const encoder = new BytePairEncoder({ids, merges}, 0);
  return (word: string) => encoder.encode(word).map((id) => names[id]);
}

describe('byte-pair encoding', () => {
  it('joins the leftmost of equal pairs that share a token', () => {
    const encode = encoderOf(['a', 'b'], [['a', 'a']]);
    expect(encode('aaab')).toEqual(['aa', 'a', 'b</w>']);
    expect(encode('aaaaa')).toEqual(['aa', 'aa', 'a</w>']);
    expect(encode('a')).toEqual(['a</w>']);
    expect(encode('')).toEqual([]);
  });

  it('takes the pair that was learned first, of the new ones too', () => {
    const merges = [['b', 'c'], ['a', 'b'], ['a', 'bc'], ['abc', 'd</w>']] as const; // prettier-ignore
    const encode = encoderOf(['a', 'b', 'c', 'd'], merges);
    expect(encode('abcd')).toEqual(['abcd</w>']);
    expect(encode('abab')).toEqual(['ab', 'a', 'b</w>']);
  });

  it('takes a moment for a long word of which every pair is merged by itself', async () => {
    // 90 x 90 pairs of letters, each in the word, in an order that has nothing to do with it.
    const letters = byteSymbols.filter((symbol) => /^[!-~]$/.test(symbol)).slice(0, 90);
    const pairs = letters.flatMap((left) => letters.map((right) => [left, right] as const));
    const random = createRandom(0, 'pairs');
    const merges = pairs.map((pair) => ({pair, place: random.float()})).sort((a, b) => a.place - b.place);
    const encode = encoderOf(letters, merges.map(({pair}) => pair)); // prettier-ignore
    const word = Array.from({length: 90_000}, () => letters[random.int(0, letters.length)]).join('');
    let tokens: readonly (string | undefined)[] = [];
    expect(await processorTime(() => (tokens = encode(word)))).toBeLessThan(2000);
    expect(tokens.join('')).toBe(`${word}</w>`);
    expect(tokens.length).toBeLessThan(word.length);
  });
});
