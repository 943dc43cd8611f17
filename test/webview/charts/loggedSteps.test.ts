import {describe, expect, it} from 'vitest';
import {binColumn, binLength} from '../../../trainer/contract/run/curveBins.ts';
import type {ChartLine} from '../../../webview/charts/chartLine.ts';
import {curvePoints} from '../../../webview/charts/curvePoints.ts';
import {
  hasStepAt,
  nearestPoint,
  nearestStep,
  nextStep,
  rawText,
  stepName,
  valueText,
} from '../../../webview/charts/loggedSteps.ts';
import {binsOf} from './binsOf.ts';

/** A line of steps that were logged every `every` updates, drawn `group` a point. */
function line(losses: readonly number[], every = 1, group = 1, logY = false): ChartLine {
  const bins = binsOf(losses, group);
  for (let at = 0; at < bins.length; at += binLength) {
    for (const column of [binColumn.firstUpdate, binColumn.lastUpdate])
      bins[at + column] = every * (bins[at + column] ?? 0);
  }
  const points = curvePoints(bins, 0, {series: 'denoise', decay: 0, logX: false, logY});
  return {key: 'a', label: 'a', look: {colour: 0, dash: 0}, points, stepsInRange: losses.length, steps: losses.length};
}

const everySecond = line([5, 6, 7, 8], 2);
const short = line([1, 2], 3);

describe('the mark of a chart', () => {
  it('goes to the nearest step that was logged', () => {
    expect([0, 1.4, 1.6, 9].map((update) => nearestPoint(line([1, 2, 3]).points, update))).toEqual([0, 0, 1, 2]);
    expect([-5, 2.9, 3.1, 4, 99].map((update) => nearestStep([everySecond], update))).toEqual([2, 2, 4, 4, 8]);
    expect(nearestStep([everySecond, short], 3.4)).toBe(3);
    expect(nearestStep([], 3)).toBeNull();
  });

  it('goes from step to step of all curves, and stays at the last', () => {
    const steps = [2];
    for (let i = 0; i < 6; i++) steps.push(nextStep([everySecond, short], steps.at(-1) ?? 0, 1));
    expect(steps).toEqual([2, 3, 4, 6, 8, 8, 8]);
    expect(nextStep([everySecond, short], 3, -1)).toBe(2);
    expect(nextStep([everySecond, short], 2, -1)).toBe(2);
  });

  it('names its update, or all that are drawn as one point', () => {
    expect(stepName([everySecond], 4)).toBe('Update 4');
    const thinned = line([1, 2, 3, 4, 5, 6], 10, 3);
    expect(stepName([thinned], nearestStep([thinned], 12) ?? 0)).toBe('Updates 10 to 30, means');
  });
});

describe('the value at a mark', () => {
  it('says where it was logged if that is elsewhere, and is none before the first and after the last step', () => {
    expect([2, 3, 4].map((update) => valueText(everySecond.points, update))).toEqual(['5', '6 (at 4)', '6']);
    expect([1, 6, 8].map((update) => valueText(short.points, update))).toEqual(['–', '2', '–']);
  });

  it('is there without smoothing too: what was logged, or the smallest and the largest of the steps of a point', () => {
    expect([2, 3, 4, 99].map((update) => rawText(everySecond.points, update))).toEqual(['5', '6', '6', '–']);
    expect(rawText(line([1, 9, 4, 7, 2, 3], 1, 3).points, 2)).toBe('1 to 9');
    expect([1, 2, 5, 8, 9].map((update) => hasStepAt(everySecond.points, update))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('says of a logarithmic axis that it has no place for a value', () => {
    for (const textOf of [valueText, rawText]) expect(textOf(line([1, 0, 2], 1, 1, true).points, 2)).toBe('≤ 0');
  });
});
