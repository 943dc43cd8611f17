import {describe, expect, it} from 'vitest';
import {type Stroke, strokeCoverage} from '../../../trainer/chart/strokeCoverage.ts';

const canvas = {width: 20, height: 12};

describe('strokeCoverage', () => {
  it('is sharp for a stroke of two pixels between pixel rows', () => {
    const {left, top, width, values} = strokeCoverage([[4, 5, 10, 5]], 2, canvas);
    const at = (x: number, y: number) => values[(y - top) * width + x - left];
    for (let x = 4; x < 10; x++) expect([3, 4, 5, 6].map((y) => at(x, y))).toEqual([0, 1, 1, 0]);
  });

  it('falls with the distance to the stroke', () => {
    const {left, top, width, values} = strokeCoverage([[0, 5.25, 20, 5.25]], 1, canvas);
    const column = [3, 4, 5, 6].map((y) => values[(y - top) * width + 10 - left] ?? 0);
    expect(column).toEqual([0, 0.25, 0.75, 0]);
  });

  it.each<[string, Stroke, number]>([
    ['horizontal', [4, 6, 14, 6], 10 * 3],
    ['vertical', [9.3, 3, 9.3, 9], 6 * 3],
    ['diagonal', [4, 3, 14, 9], Math.hypot(10, 6) * 3],
    ['a dot', [9, 6, 9, 6], 0],
  ])('adds up to the area of a stroke and its round ends: %s', (_, stroke, straight) => {
    const area = strokeCoverage([stroke], 3, canvas).values.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(area / (straight + Math.PI * 1.5 ** 2) - 1)).toBeLessThan(0.05);
  });

  it('takes the larger coverage where strokes meet, in any order', () => {
    const strokes: Stroke[] = [
      [3, 3, 9, 8],
      [9, 8, 15, 3],
    ];
    const both = strokeCoverage(strokes, 2, canvas);
    expect(strokeCoverage(strokes.toReversed(), 2, canvas)).toEqual(both);
    expect(Math.max(...both.values)).toBe(1);
  });

  it('keeps to the canvas', () => {
    expect(strokeCoverage([[-50, -50, 100, 100]], 4, canvas)).toMatchObject({left: 0, top: 0, width: 20, height: 12});
    expect(strokeCoverage([[-50, -50, -20, -20]], 4, canvas).values).toHaveLength(0);
    expect(strokeCoverage([], 4, canvas).values).toHaveLength(0);
  });
});
