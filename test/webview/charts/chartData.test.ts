import {describe, expect, it} from 'vitest';
import {ChartMaker, type ChartView} from '../../../webview/charts/chartData.ts';
import {axesOf} from '../../../webview/charts/chartLine.ts';
import {lineStyle, seriesStyle, stageNumber} from '../../../webview/charts/seriesStyle.ts';
import {printTheme} from '../../../webview/theme.ts';
import {binsOf} from './binsOf.ts';

const view: ChartView = {smoothing: 0, xAxis: 'update', logX: false, logY: true, range: null};
const name = (key: string) => ({key, label: key, look: {colour: 0, dash: 0}});
const curve = (losses: readonly number[]) => {
  return {bins: binsOf(losses), lead: 0, stepsInRange: losses.length, steps: losses.length};
};

describe('the data of a chart', () => {
  it('is the same object until something in it changes', () => {
    const maker = new ChartMaker();
    const curves = new Map([['a', curve([1, 2])]]);
    const make = (smoothing = 0) =>
      maker.make('denoise', [name('a'), name('b')], (key) => curves.get(key), {...view, smoothing});
    const first = make();
    expect(first.lines.map(({key}) => key)).toEqual(['a']);
    expect(make()).toBe(first);
    curves.set('a', curve([1, 2, 3]));
    const longer = make();
    expect(longer).not.toBe(first);
    expect(make()).toBe(longer);
    expect(make(0.5)).not.toBe(longer);
  });

  it('gets a linear axis where a logarithmic one could show nothing', () => {
    const make = (...losses: number[][]) => {
      const curves = new Map(losses.map((values, i) => [String(i), curve(values)]));
      return new ChartMaker().make('denoise', [...curves.keys()].map(name), (key) => curves.get(key), view);
    };
    expect(make([0]).logY).toBe(false);
    expect([...(make([0]).lines[0]?.points.dotY ?? [])]).toEqual([0]);
    expect(make([0, -1], [-2]).logY).toBe(false);
    expect(make([0], [3]).logY).toBe(true);
    expect(make([NaN]).logY).toBe(true);
  });
});

describe('axes', () => {
  const axes = (losses: readonly number[]) =>
    axesOf(new ChartMaker().make('denoise', [name('a')], () => curve(losses), view));

  it('show a single step, with room on both sides of its value', () => {
    const {x, y} = axes([0.5]);
    expect([x.min, x.max]).toEqual([1, 2]);
    expect([y.min < 0.5, y.max > 0.5]).toEqual([true, true]);
  });

  it('have a place below all values for those at or below 0', () => {
    const plain = axes([1, 10, 100]);
    expect(plain.floor).toBeNull();
    const floored = axes([0, 1, 10, 100]);
    expect(floored.floor).toBe(floored.y.min);
    expect(floored.yTicks[0]).toBe(floored.floor);
    expect(Math.log(plain.y.min / floored.y.min) / Math.log(plain.y.max / plain.y.min)).toBeCloseTo(0.08, 10);
  });
});

describe('the look of a line', () => {
  it('is its own for every training, whichever others there are', () => {
    const stages = [...Array.from({length: 60}, (_, i) => `expert-${i}`), 'pretrain', 'ordinary'];
    const looks = stages.map((stage) => JSON.stringify(seriesStyle(stageNumber(stage), printTheme.series)));
    expect(new Set(looks).size).toBe(stages.length);
  });

  it('is another one for each baseline of the paper and the first twenty experts', () => {
    const baselines = ['snr1', 'trun-snr', 'min-snr', 'p2', 'ant-uw', 'speed'].map((name) => `baseline-${name}`);
    const stages = [...Array.from({length: 20}, (_, i) => `expert-${i}`), 'pretrain', 'ordinary', ...baselines];
    const looks = stages.map((stage) => JSON.stringify(seriesStyle(stageNumber(stage), printTheme.series)));
    expect(new Set(looks).size).toBe(stages.length);
  });

  it('is the colour of the run and the dashes of the stage where runs are compared', () => {
    const style = (colour: number, stage: string) => lineStyle({colour, dash: stageNumber(stage)}, printTheme.series);
    expect(style(1, 'expert-3').dash).toEqual(style(4, 'expert-3').dash);
    expect(style(1, 'expert-3').colour).toBe(style(1, 'expert-0').colour);
    expect(new Set(Array.from({length: 10}, (_, run) => style(run, 'expert-0').colour)).size).toBe(10);
  });
});
