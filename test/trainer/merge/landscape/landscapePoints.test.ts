import {describe, expect, it} from 'vitest';
import {landscapePanels, sharpnessOf, steepnessOf} from '../../../../trainer/contract/run/measured/landscapePanels.ts';
import {fitAtCentre} from '../../../../trainer/merge/landscape/fitAtCentre.ts';
import {landscapeAxis, landscapePoints, withLosses} from '../../../../trainer/merge/landscape/landscapePoints.ts';
import {knownLandscape} from '../../../helpers/measurements/knownLandscape.ts';

describe('the points of a landscape', () => {
  it('lie evenly, with the model exactly in the middle', () => {
    expect(landscapeAxis(0.3, 7)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(landscapeAxis(1e-4, 3)).toEqual([-1e-4, 0, 1e-4]);
  });

  it('are measured from the centre outwards, each once', () => {
    const axis = [-2, -1, 0, 1, 2];
    const points = landscapePoints({axis}).map(({at}) => at);
    const squares = points.map(([a, b]) => Math.max(Math.abs(a), Math.abs(b)));
    expect(points[0]).toEqual([0, 0]);
    expect(squares).toEqual([...squares].sort());
    expect(new Set(points.map(String)).size).toBe(25);
  });

  it('have their losses where they are, and null where one is not finite', () => {
    const {axis, ...rest} = knownLandscape({done: 0});
    const begun = {axis, ...rest};
    const [centre, next] = landscapePoints(begun);
    const after = withLosses(withLosses(begun, centre!, [1, 2]), next!, [NaN, 3]);
    const middle = (axis.length - 1) / 2;
    expect(after.done).toBe(2);
    expect(after.rows[middle]?.[middle]).toEqual([1, 2]);
    expect(after.rows[next!.row]?.[next!.column]).toEqual([null, 3]);
    expect(axis[next!.column]).toBe(next!.at[0]);
    expect(axis[next!.row]).toBe(next!.at[1]);
  });
});

describe('the fit at the centre', () => {
  const rowsOf = (axis: readonly number[], loss: (a: number, b: number) => number) =>
    axis.map((b) => axis.map((a) => loss(a, b)));

  it.each([
    [0.5, 11],
    [1e-3, 3],
    [40, 21],
  ])('has the derivatives of a quadratic, with a mixed term, up to %d at %d points', (extent, points) => {
    const axis = landscapeAxis(extent, points);
    const loss = (a: number, b: number) => 3 + 0.2 * a - 5 * b + (7 / 2) * a * a - (2 / 2) * b * b + 1.5 * a * b;
    const fit = fitAtCentre(axis, rowsOf(axis, loss)) ?? expect.fail();
    expect(fit.curvature.a).toBeCloseTo(7, 5);
    expect(fit.curvature.b).toBeCloseTo(-2, 5);
    expect(sharpnessOf(fit)).toBeCloseTo(2.5, 5);
    expect(fit.slope.a).toBeCloseTo(0.2, 8);
    expect(steepnessOf(fit)).toBeCloseTo(Math.hypot(0.2, 5), 8);
  });

  it('looks at half of the extent: what lies outside changes nothing, a missing loss inside leaves none', () => {
    const axis = landscapeAxis(1, 11);
    const rows = rowsOf(axis, (a, b) => a * a + b * b);
    const changed = (column: number, value: number | null) =>
      rows.map((row, i) => (i === 5 ? row.with(column, value as number) : row));
    expect(fitAtCentre(axis, changed(8, 99))).toEqual(fitAtCentre(axis, rows));
    expect(fitAtCentre(axis, changed(8, null))).not.toBeNull();
    expect(fitAtCentre(axis, changed(7, 99))?.curvature.a).toBeGreaterThan(3);
    expect(fitAtCentre(axis, changed(7, null))).toBeNull();
  });
});

describe('the panels', () => {
  it('are all timesteps, each with its share, then each range', () => {
    // 0.1 below timestep 250 and 0.01 above, at the centre.
    const panels = landscapePanels(knownLandscape());
    expect(panels.map(({name, range}) => [name, range])).toEqual([
      ['all t', [0, 1000]],
      ['[0, 250)', [0, 250]],
      ['[250, 1000)', [250, 1000]],
    ]);
    expect(panels.map(({centre}) => centre)).toEqual([expect.closeTo(0.25 * 0.1 + 0.75 * 0.01, 12), 0.1, 0.01]);
    const [all, low, high] = panels.map(({fit}) => fit && sharpnessOf(fit));
    expect(all).toBeCloseTo(0.25 * low! + 0.75 * high!, 12);
  });

  it('are one where the run has one range, and unknown where a loss is missing', () => {
    const {ranges, rows, ...rest} = knownLandscape({done: 1});
    const one = {
      ...rest,
      ranges: [[0, 1000] as [number, number]],
      rows: rows.map((row) => row.map(([loss]) => [loss ?? null])),
    };
    expect(landscapePanels(one).map(({name, centre}) => [name, centre])).toEqual([['all t', 0.1]]);
    expect(landscapePanels({...rest, ranges, rows})[0]?.rows[0]?.[0]).toBeNull();
  });
});
