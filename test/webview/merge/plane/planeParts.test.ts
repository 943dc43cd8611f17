import {describe, expect, it} from 'vitest';
import {LossPlane} from '../../../../trainer/contract/run/measured/lossPlane.ts';
import {lossPlaneCsv} from '../../../../trainer/contract/run/measured/lossPlaneCsv.ts';
import {contourArea, contourLevels, contourLine} from '../../../../webview/merge/plane/planeContours.ts';
import {lowestCell} from '../../../../trainer/contract/run/measured/lossPlane.ts';
import {planeMarks} from '../../../../webview/merge/plane/planeMarks.ts';
import {planeLineSvg} from '../../../../webview/merge/plane/planeLineSvg.ts';
import {planePlace, planePlot, planeSvg} from '../../../../webview/merge/plane/planeSvg.ts';
import {planeSummary} from '../../../../webview/merge/plane/planeTables.ts';
import {printTheme} from '../../../../webview/theme.ts';
import {bowlPlane} from '../../../helpers/measurements/bowlPlane.ts';

/** Area of all parts of a path (shoelace). */
function area(path: string): number {
  return path
    .split('Z')
    .filter((part) => part !== '')
    .map((part) => {
      const points = part
        .slice(1)
        .split('L')
        .map((text) => text.split(' ').map(Number));
      return points.reduce((sum, [x = 0, y = 0], i) => {
        const [nextX = 0, nextY = 0] = points[(i + 1) % points.length] ?? [];
        return sum + (x * nextY - nextX * y) / 2;
      }, 0);
    })
    .reduce((sum, part) => sum + Math.abs(part), 0);
}

describe('contours', () => {
  const slope = [
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
  ];

  it('fill what is at or above a level, with straight edges between grid points', () => {
    expect(area(contourArea(slope, 0))).toBeCloseTo(4);
    expect(area(contourArea(slope, 0.5))).toBeCloseTo(3);
    expect(area(contourArea(slope, 1.75))).toBeCloseTo(0.5);
    expect(contourArea(slope, 3)).toBe('');
  });

  it('come near the circle of a bowl', () => {
    const bowl = Array.from({length: 41}, (_, y) =>
      Array.from({length: 41}, (_, x) => -((x - 20) ** 2 + (y - 20) ** 2)),
    );
    expect(area(contourArea(bowl, -100))).toBeCloseTo(Math.PI * 100, -1);
  });

  it('run along a level', () => {
    const numbers = [...contourLine(slope, 0.5).matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
    expect(numbers.length).toBeGreaterThan(3);
    for (const [, x] of numbers) expect(Number(x)).toBe(0.5);
  });

  it('leave out cells that are not measured', () => {
    const holed = slope.map((row, y) => row.map((value, x) => (x === 2 && y === 2 ? null : value)));
    expect(area(contourArea(holed, 0))).toBeCloseTo(3);
    expect(contourLevels([[null]], 5)).toEqual([]);
  });

  it('have levels from the lowest value up, wider apart further up', () => {
    expect(contourLevels(slope, 4)).toEqual([0, 0.125, 0.5, 1.125]);
  });
});

describe('a loss plane', () => {
  it('marks base, experts, the lowest loss and the current weights', () => {
    const plane = bowlPlane();
    expect(lowestCell(plane)).toMatchObject({column: 8, row: 12});
    expect(planeMarks(plane, [0.5, 0.25, 0, 0]).map(({name, x, y}) => [name, x, y])).toEqual([
      ['base', 0, 0],
      ['expert 0', 1, 0],
      ['expert 1', 0, 1],
      ['lowest', 0.36, 0.64],
      ['your weights', 0.5, 0.25],
    ]);
    expect(planeMarks(plane, [5, null, 0, 0]).map(({name}) => name)).not.toContain('your weights');
  });

  it('does not call base what merges the experts that are held', () => {
    const names = planeMarks({...bowlPlane(), weights: [0, 0, 0.5, 0]}, []).map(({name}) => name);
    expect(names.slice(0, 3)).toEqual(['neither', 'all of expert 0', 'all of expert 1']);
  });

  it('is drawn with axes, legend and marks, the weights where they belong', () => {
    const plane = bowlPlane();
    const svg = planeSvg('Loss plane', plane, planeMarks(plane, [0.5, 0.5, 0, 0]), printTheme);
    for (const text of ['weight of expert 0', 'weight of expert 1', 'lowest', 'base 0.02539', '0.5']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(planePlace(plane, -0.2, -0.2)).toEqual([planePlot.left, planePlot.top + planePlot.side]);
    expect(planePlace(plane, 1.2, 1.2)).toEqual([planePlot.left + planePlot.side, planePlot.top]);
    expect(svg).not.toContain('NaN');
  });

  it('tells its bands apart, however little its losses differ', () => {
    const bowl = bowlPlane();
    const flat = (loss: number | null) => loss && 0.02675 + 1e-4 * (loss - 0.02);
    const plane: LossPlane = {
      ...bowl,
      rows: bowl.rows.map((row) => row.map(flat)),
      line: {...bowl.line, losses: bowl.line.losses.map(flat)},
    };
    const bands = [...planeSvg('t', plane, [], printTheme).matchAll(/>from (.*?)</g)].map(([, text]) => text);
    // The lowest of the bowl is 1e-4 x (0.36^2 + 0.64^2) x 0.01 below its base, of about 0.02675.
    expect(bands[0]).toBe('-0.00202 %');
    expect([bands.length, new Set(bands).size]).toEqual([12, 12]);
    const ticks = [...planeLineSvg('t', plane, printTheme).matchAll(/text-anchor="end">(.*?%)</g)].map(([, t]) => t);
    expect(new Set(ticks).size).toBe(2);
  });

  it('has another mark for each expert', () => {
    const shapes = planeMarks(bowlPlane(), [0.5, 0.25, 0, 0]).map(({shape}) => shape);
    expect(new Set(shapes).size).toBe(5);
  });

  it('is drawn as far as it is measured', () => {
    for (const done of [0, 1, 16, 17, 60]) {
      const plane = bowlPlane([0, 1], done);
      expect(planeSvg('t', plane, planeMarks(plane, []), printTheme)).not.toMatch(/NaN|Infinity|undefined/);
      expect(planeLineSvg('t', plane, printTheme)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('is told in words and as CSV', () => {
    const plane = LossPlane.parse(bowlPlane([1, 0]));
    expect(planeSummary(plane)).toContain('Lowest 0.02000 at 0.36 for expert 1 and 0.64 for expert 0.');
    expect(planeSummary(bowlPlane([0, 1], 0))).toContain('Nothing is measured yet.');
    const lines = lossPlaneCsv(plane).trimEnd().split('\n');
    expect(lines[0]).toBe('weight_1,weight_0,scale,loss');
    expect(lines).toHaveLength(1 + 441 + 16);
    const lowest = lines.find((line) => line.startsWith('0.36,0.64,,'));
    expect(Number(lowest?.split(',').at(-1))).toBeCloseTo(0.02, 12);
  });
});
