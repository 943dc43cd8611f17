import {describe, expect, it} from 'vitest';
import {curvePoints} from '../../../webview/charts/curvePoints.ts';
import {stepName, valueText} from '../../../webview/charts/loggedSteps.ts';
import {imagesPerUpdate, reachedPlaces, xPlace, xScale} from '../../../webview/charts/xAxis.ts';
import {runView, stageView} from '../runViews.ts';
import {binsOf} from './binsOf.ts';

const run = runView('a-1', {
  created: '2026-01-01T00:00:00.000Z',
  settings: {'decouple.batch': '8', 'decouple.accumulation': '4', 'pretrain.batch': '64'},
});
const start = Date.parse(run.created);

describe('the x axis', () => {
  it('counts the images of every micro-batch, those of a pretraining by its own batch', () => {
    const stages = ['expert-3', 'ordinary', 'baseline-p2', 'pretrain'];
    expect(stages.map((stage) => imagesPerUpdate(run, stage))).toEqual([32, 32, 32, 64]);
    expect(imagesPerUpdate({settings: {}}, 'expert-0')).toBe(1);
  });

  it('has updates, images seen or hours since the start of the run, never before it', () => {
    const place = (kind: 'update' | 'images' | 'time', time: number) => xPlace(xScale(kind, run, 'expert-0'), 10, time);
    expect([place('update', start), place('images', start), place('time', start + 5.4e6)]).toEqual([10, 320, 1.5]);
    expect(place('time', start - 1000)).toBe(1 / 3600);
  });

  it('reaches as far as the stage that has seen most', () => {
    const stages = [
      stageView('pretrain', {state: 'running', update: 6, updates: 9}),
      stageView('expert-0', {state: 'running', update: 9, updates: 9}),
    ];
    expect(reachedPlaces('update', [{...run, stages}])?.to).toBe(9);
    expect(reachedPlaces('images', [{...run, stages}])?.to).toBe(6 * 64);
    expect(reachedPlaces('time', [{...run, stages}])).toBeNull();
  });
});

describe('points over an x axis of something else', () => {
  const scaled = (kind: 'images' | 'time', losses: number[], group = 1) => {
    const scale = kind === 'images' ? xScale(kind, run, 'expert-0') : ({kind, start: -3.6e6} as const);
    return curvePoints(binsOf(losses, group), 0, {series: 'denoise', decay: 0, logX: true, logY: false, scale});
  };
  const lineOf = (points: ReturnType<typeof scaled>) => {
    return {key: 'a', label: 'a', look: {colour: 0, dash: 0}, points, stepsInRange: 1, steps: 1};
  };

  it('stand at the images that were seen, or at the time of the step, the first of them too', () => {
    expect([...scaled('images', [5, 6, 7]).x]).toEqual([32, 64, 96]);
    // The steps of these bins are a second apart, and the run began an hour before the first.
    expect([...scaled('time', [5, 6, 7]).x]).toEqual([1, 1 + 1 / 3600, 1 + 2 / 3600]);
  });

  it('are still named by their updates', () => {
    const points = scaled('images', [5, 6, 7, 8], 2);
    expect(stepName([lineOf(points)], points.x[1] ?? NaN, 'images')).toBe('Updates 3 to 4, means, 112 images seen');
    const steps = scaled('time', [5, 6, 7]);
    expect(stepName([lineOf(steps)], 1, 'time')).toBe('Update 1, 1 hours');
    expect(valueText(steps, 1 + 1.4 / 3600)).toBe('6 (at 2)');
  });
});
