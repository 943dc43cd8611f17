import {describe, expect, it} from 'vitest';
import {createRandom} from '../../../trainer/random.ts';
import {curvePoints, type PointOptions} from '../../../webview/charts/curvePoints.ts';
import {binsOf} from './binsOf.ts';

const plain: PointOptions = {series: 'denoise', decay: 0.9, logX: false, logY: false};

describe('the moving average', () => {
  it('has no bias: a constant stays what it is from the first point on', () => {
    const {y} = curvePoints(binsOf([3, 3, 3, 3]), 0, plain);
    [...y].forEach((value) => expect(value).toBeCloseTo(3, 12));
  });

  it('is the weighted mean of Adam', () => {
    const {y} = curvePoints(binsOf([1, 2, 4]), 0, plain);
    expect(y[1]).toBeCloseTo((0.9 * 1 + 2) / 1.9, 12);
    expect(y[2]).toBeCloseTo((0.81 * 1 + 0.9 * 2 + 4) / 2.71, 12);
  });

  it('counts a bin as many times as it has steps', () => {
    const alone = curvePoints(binsOf(Array.from({length: 64}, () => 5).concat([1, 1, 1, 1])), 0, plain).y;
    const together = curvePoints(binsOf(Array.from({length: 64}, () => 5).concat([1, 1, 1, 1]), 4), 0, plain).y;
    expect(together.at(-1)).toBeCloseTo(alone.at(-1) ?? NaN, 12);
  });

  it('goes over a gap without being touched by it, and shows it', () => {
    const {y} = curvePoints(binsOf([1, NaN, 1]), 0, plain);
    expect([...y]).toEqual([1, NaN, 1]);
  });

  it('does not depend on where the range begins, given its lead', () => {
    const random = createRandom(0);
    const losses = Array.from({length: 200}, () => random.float());
    const whole = curvePoints(binsOf(losses), 0, plain).y;
    const part = curvePoints(binsOf(losses), 150, plain).y;
    expect(part).toEqual(whole.subarray(150));
  });

  it('averages logarithms on a logarithmic axis', () => {
    const {y} = curvePoints(binsOf([1, 100]), 0, {...plain, decay: 0.999999, logY: true});
    expect(y[1]).toBeCloseTo(10, 3);
  });

  it('shows the values themselves without smoothing', () => {
    expect([...curvePoints(binsOf([1, 9, 4]), 0, {...plain, decay: 0}).y]).toEqual([1, 9, 4]);
  });
});

describe('the raw line', () => {
  it('goes through the smallest and largest value of each bin', () => {
    const {rawY, rawX} = curvePoints(binsOf([3, 1, 2, 7, 8, 5, 6, 9], 4), 0, plain);
    expect([...rawY]).toEqual([1, 7, 7, 5, 9, 9]);
    expect([...rawX]).toEqual([1, 4, 4, 5, 8, 8]);
  });

  it('breaks after a bin with a gap, however thin', () => {
    const {rawY} = curvePoints(binsOf([3, NaN, 2, 7, 8, 5, 6, 9], 4), 0, plain);
    expect([...rawY]).toEqual([2, 7, NaN, 5, 9, 9]);
  });

  it('tells which bins a logarithmic axis has no place for', () => {
    const points = curvePoints(binsOf([1, 0, -1, 0.01]), 0, {...plain, logY: true});
    expect([...points.below]).toEqual([2, 3]);
    expect([...points.rawY]).toEqual([1, 1, 1, NaN, NaN, NaN, NaN, NaN, NaN, 0.01, 0.01, 0.01]);
    expect([...points.y].map(Number.isFinite)).toEqual([true, false, false, true]);
    expect(curvePoints(binsOf([1, 0, -1]), 0, plain).below).toHaveLength(0);
  });
});

describe('points without neighbours', () => {
  it('are dots: the first step of a run, and one between gaps', () => {
    const {dotX, dotY} = curvePoints(binsOf([3]), 0, plain);
    expect([[...dotX], [...dotY]]).toEqual([[1], [3]]);
    expect([...curvePoints(binsOf([3, 4, NaN, 5, NaN]), 0, plain).dotX]).toEqual([4]);
    expect(curvePoints(binsOf([3, 4, 5]), 0, plain).dotX).toHaveLength(0);
    expect([...curvePoints(binsOf([0, 5, 0]), 0, {...plain, logY: true}).dotX]).toEqual([2]);
  });
});
