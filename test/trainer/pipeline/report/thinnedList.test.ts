import {describe, expect, it} from 'vitest';
import {ThinnedList} from '../../../../trainer/pipeline/report/thinnedList.ts';

/** Added values are single numbers, entries the ranges of numbers that they stand for. */
const list = (most: number) =>
  new ThinnedList<{from: number; to: number}>(most, (first, second) => {
    expect(second.from).toBe(first.to + 1);
    return {from: first.from, to: second.to};
  });

const filled = (most: number, count: number) => {
  const values = list(most);
  for (let i = 0; i < count; i++) values.add({from: i, to: i});
  return values;
};

describe('a thinned list', () => {
  it('has just what was added as long as that has room', () => {
    expect(filled(8, 8).all()).toEqual(Array.from({length: 8}, (_, i) => ({from: i, to: i})));
  });

  it.each([9, 16, 17, 31, 100, 1023, 4096, 5000])('covers %i values in order with few entries', (count) => {
    const entries = filled(8, count).all();
    expect(entries.length).toBeLessThanOrEqual(9);
    expect(entries.length).toBeGreaterThan(4);
    expect(entries[0]?.from).toBe(0);
    expect(entries.at(-1)?.to).toBe(count - 1);
    entries.slice(1).forEach((entry, i) => expect(entry.from).toBe((entries[i]?.to ?? NaN) + 1));
    const sizes = entries.slice(0, -1).map(({from, to}) => to - from + 1);
    expect(new Set(sizes).size, 'all but the last stand for equally many').toBe(1);
  });

  it('drops the last ones, wherever they lie', () => {
    const values = filled(8, 21);
    values.dropLast(({to}) => to >= 17);
    expect(values.all().at(-1)?.to).toBeLessThan(17);
    values.dropLast(() => true);
    expect(values.all()).toEqual([]);
    values.add({from: 0, to: 0});
    expect(values.all()).toEqual([{from: 0, to: 0}]);
  });
});
