import {describe, expect, it} from 'vitest';
import {baselineCandidates} from '../../../../trainer/merge/search/baselineCandidates.ts';
import {minimiseQuadratic} from '../../../../trainer/merge/search/minimiseQuadratic.ts';
import {designPoints} from '../../../../trainer/merge/search/quadratic.ts';
import {fitQuadratic, predictLoss, type Observation} from '../../../../trainer/merge/search/quadraticModel.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';

/** A quadratic with all interactions. */
function truth(w: readonly number[]): number {
  const bend = w.reduce(
    (sum, a, i) => sum + w.reduce((inner, b, j) => inner + a * b * (i === j ? 2 + i : 0.3 * (i - j) ** 2 - 0.5), 0),
    0,
  );
  return 4 + w.reduce((sum, a, i) => sum - a * (1 + i / 3), 0) + bend / 2;
}

function observe(experts: number, f: (w: readonly number[]) => number, most = Infinity): Observation[] {
  const points = [...baselineCandidates(experts), ...designPoints(experts)].slice(0, most);
  return points.map(({weights}) => ({weights, loss: f(weights), trust: 1}));
}

describe('fitQuadratic', () => {
  it.each([1, 2, 4, 8])('finds a quadratic in %i weights from the design points', (experts) => {
    const center = Array.from({length: experts}, (_, i) => 0.2 * i - 0.1);
    const model = fitQuadratic(observe(experts, truth), center);
    const unit = center.map((_, i) => center.map((value, j) => value + (i === j ? 0.7 : -0.4)));
    expect(model.constant).toBeCloseTo(truth(center), 8);
    unit.forEach((w) => expect(predictLoss(model, w)).toBeCloseTo(truth(w), 7));
  });

  it('is exact along the axes when there are too few points for the interactions', () => {
    const separable = (w: readonly number[]) => w.reduce((sum, value, i) => sum + (1 + i) * (value - 0.1 * i) ** 2, 0);
    const model = fitQuadratic(
      observe(8, separable, 22),
      Array.from({length: 8}, () => 0),
    );
    // The price of the interactions leaves a trace of about its square.
    expectAllClose(
      model.gradient,
      Array.from({length: 8}, (_, i) => -0.2 * i * (1 + i)),
      0.01,
    );
    expectAllClose(
      model.hessian.map((row, i) => row[i]!),
      Array.from({length: 8}, (_, i) => 2 * (1 + i)),
      0.05,
    );
  });
});

describe('minimiseQuadratic', () => {
  const box = {low: [-0.5, -0.5], high: [1.5, 1.5]};
  const model = (gradient: number[], hessian: number[][]) => ({center: [0, 0], constant: 0, gradient, hessian});

  it('solves a convex model exactly', () => {
    // A w = -b: [[2, 1], [1, 3]] [0.2, 0.6] = [1, 2]
    expectAllClose(
      minimiseQuadratic(
        model(
          [-1, -2],
          [
            [2, 1],
            [1, 3],
          ],
        ),
        box,
        [[0, 0]],
      ),
      [0.2, 0.6],
      1e-12,
    );
  });

  it('stays in the box, where the minimum along the border counts', () => {
    // Unbounded minimum (4, 0); at w0 = 1.5 the rest is w1^2 + 1.5 w1 - 4 w1 = min at 1.25.
    const bounded = minimiseQuadratic(
      model(
        [-8, -4],
        [
          [2, 1],
          [1, 2],
        ],
      ),
      box,
      [[0, 0]],
    );
    expectAllClose(bounded, [1.5, 1.25], 1e-6);
  });

  it('takes the lower corner of a saddle', () => {
    // w0^2 - w1^2 + 0.2 w1: lower at w1 = 1.5 (-1.95) than at -0.5 (-0.35).
    const saddle = model(
      [0, 0.2],
      [
        [2, 0],
        [0, -2],
      ],
    );
    expectAllClose(
      minimiseQuadratic(saddle, box, [
        [0, -0.4],
        [0, 1],
      ]),
      [0, 1.5],
      1e-9,
    );
  });
});
