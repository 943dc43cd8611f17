import {describe, expect, it} from 'vitest';
import {cellNumbers, commonShape, inOrder} from '../../../webview/samples/gridShape.ts';

const byPrompts = (columns: number, ...prompts: string[]) => ({
  grid: {prompts, negative: '', guidance: 1, columns, seed: 0},
});

describe('the images that all grids have', () => {
  it('are the first of each, as square as a file of so many', () => {
    expect(commonShape([{images: 36}, {images: 16}, {images: 64}])).toEqual({columns: 4, count: 16});
    expect(commonShape([{images: 36}, {images: 7}])).toEqual({columns: 3, count: 7});
    expect(cellNumbers({columns: 6, count: 36}, {columns: 3, count: 7}, false)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('stand in another order, without those that not all have', () => {
    const shape = inOrder({columns: 2, count: 4}, [7, 3, 0, 5, 2]);
    expect(shape).toMatchObject({columns: 2, count: 3});
    expect(cellNumbers({columns: 3, count: 9}, shape, false)).toEqual([3, 0, 2]);
  });

  it('are the first of each prompt', () => {
    expect(commonShape([byPrompts(8, 'a', 'b', 'c'), byPrompts(2, 'a', 'b')])).toEqual({columns: 2, count: 4});
    expect(cellNumbers({columns: 8, count: 24}, {columns: 2, count: 4}, true)).toEqual([0, 1, 8, 9]);
  });

  it('are not known for other prompts, for prompts beside none, and where a number is not known', () => {
    expect(commonShape([byPrompts(2, 'a', 'b'), byPrompts(2, 'b')])).toBeNull();
    expect(commonShape([byPrompts(2, 'a'), {images: 4}])).toBeNull();
    expect(commonShape([{images: 4}, {}])).toBeNull();
    expect(commonShape([])).toBeNull();
  });
});
