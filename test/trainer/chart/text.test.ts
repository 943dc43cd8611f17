import {describe, expect, it} from 'vitest';
import {glyphOf} from '../../../trainer/chart/bitmapFont.ts';
import {Canvas} from '../../../trainer/chart/canvas.ts';
import {drawText, glyphStrokes, textHeight, textWidth} from '../../../trainer/chart/text.ts';
import {pixelText} from './pixelText.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['A', 5],
    ['AI', 5 + 1 + 3],
    ['i i', 1 + 1 + 3 + 1 + 1],
    ['0.05', 5 + 1 + 1 + 1 + 5 + 1 + 5],
  ])('of %j is %i cells', (text, cells) => {
    expect(textWidth(text, 1)).toBe(cells);
    expect(textWidth(text, 3)).toBe(3 * cells);
  });
});

describe('glyphStrokes', () => {
  it('joins neighbours, and diagonal ones only where no cell makes the corner', () => {
    const strokes = glyphStrokes(['##.', '..#', '.##'].map((row) => [...row].map((cell) => cell === '#')));
    const joins = strokes.filter(([x0, y0, x1, y1]) => x0 !== x1 || y0 !== y1);
    expect(joins).toEqual([
      [0.5, 0.5, 1.5, 0.5],
      [1.5, 0.5, 2.5, 1.5],
      [2.5, 1.5, 2.5, 2.5],
      [1.5, 2.5, 2.5, 2.5],
    ]);
  });

  it('makes a dot of a cell by itself', () => {
    expect(glyphStrokes(glyphOf('.'))).toEqual([[0.5, 6.5, 0.5, 6.5]]);
  });
});

describe('drawText', () => {
  it('draws sharp upright strokes from the top of the capitals to the baseline', () => {
    const canvas = new Canvas(8, 9);
    drawText(canvas, 'L', 1, 1, {size: 1, colour: [0, 0, 0]});
    const stem = '.#......';
    expect(pixelText(canvas)).toEqual(['........', stem, stem, stem, stem, stem, stem, '.#####..', '........']);
    expect(textHeight(1)).toBe(7);
  });

  it.each([
    ['left', 30, 30 + 22],
    ['centre', 30 - 11, 30 + 11],
    ['right', 30 - 22, 30],
  ] as const)('aligns to the %s', (align, left, end) => {
    const canvas = new Canvas(60, 20);
    drawText(canvas, 'HH', 30, 3, {size: 2, colour: [0, 0, 0], align});
    const ink = pixelText(canvas).join('\n');
    const columns = ink.split('\n').flatMap((row) => [...row].flatMap((sign, x) => (sign === '.' ? [] : [x])));
    expect([Math.min(...columns), Math.max(...columns) + 1]).toEqual([left, end]);
  });
});
