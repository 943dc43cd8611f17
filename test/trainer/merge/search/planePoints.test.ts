import {expect, it} from 'vitest';
import type {LossPlane} from '../../../../trainer/contract/run/measured/lossPlane.ts';
import {lineScales, planeAxis, planePoints, withLoss} from '../../../../trainer/merge/search/planePoints.ts';

const empty = (): LossPlane => ({
  format: 1,
  key: 'k',
  experts: [2, 0],
  weights: [0.1, 0.2, 0.3],
  axis: [0, 1],
  rows: [
    [null, null],
    [null, null],
  ],
  line: {scales: [0, 1], losses: [null, null]},
  done: 0,
  total: 6,
  recipe: {
    part: 'validation',
    images: 2,
    timestepsPerRange: 1,
    seed: 0,
    engine: {name: 'wasm', version: '1', device: 'CPU', threads: 1},
  },
});

it('has the axes of the paper: 21 weights from -0.2 to 1.2', () => {
  expect(planeAxis).toHaveLength(21);
  expect([planeAxis[0], planeAxis[1], planeAxis.at(-1)]).toEqual([-0.2, -0.13, 1.2]);
  expect(lineScales).toContain(0);
  expect(lineScales).toContain(1);
  expect(Math.max(...lineScales)).toBeGreaterThan(1);
});

it('measures the line first, then row by row, with the other experts held', () => {
  expect(planePoints(empty())).toEqual([
    [0, 0, 0],
    [0.1, 0.2, 0.3],
    [0, 0.2, 0],
    [0, 0.2, 1],
    [1, 0.2, 0],
    [1, 0.2, 1],
  ]);
});

it('puts each loss where its weights are, and null where it is not finite', () => {
  const points = planePoints(empty());
  const value = (weights: readonly number[]) => weights[0]! + 10 * weights[2]!;
  const whole = points.reduce((plane, weights, i) => withLoss(plane, i, i === 3 ? NaN : value(weights)), empty());
  expect(whole.done).toBe(whole.total);
  // Expert 2 is the horizontal axis, expert 0 the vertical one.
  expect(whole.rows).toEqual([
    [0, null],
    [1, 11],
  ]);
  expect(whole.line.losses).toEqual([0, 3.1]);
});
