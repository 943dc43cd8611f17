import {describe, expect, it} from 'vitest';
import {initialState, reduce, type PanelState} from '../../webview/state.ts';
import {watchOf} from '../../webview/watch.ts';
import {runView, snapshotOf, stageView} from './runViews.ts';

/** A page on a run of four experts. */
function shown(page: Partial<PanelState['page']> = {}): PanelState {
  const stages = [0, 1, 2, 3].map((index) => stageView(`expert-${index}`, {state: 'running', update: 5, updates: 10}));
  const run = runView('a-1', {stages});
  return reduce(reduce(initialState(undefined), snapshotOf([run])), {type: 'page', change: {tab: 'losses', ...page}});
}

const points = (state: PanelState, width: number) => {
  const {curves, heatMaps} = watchOf(state, width);
  return [curves?.points, heatMaps?.points];
};

describe('what the page asks for', () => {
  it('is a point for two pixels of a chart, wherever it stands', () => {
    expect(points(shown(), 600)).toEqual([300, 200]);
    // Curves take three fifths of the width, heat maps the rest.
    expect(points(shown(), 800)).toEqual([250, 133]);
    // Two charts and two heat maps beside each other.
    expect(points(shown(), 1900)).toEqual([300, 133]);
    expect(points(shown({series: ['denoise']}), 1200)).toEqual([400, 166]);
    expect(points(shown({tab: 'compare', compared: ['/runs/a-1']}), 1200)).toEqual([600, 8]);
  });

  it('stays the same over small changes of the width', () => {
    expect(watchOf(shown(), 1120)).toEqual(watchOf(shown(), 1180));
  });

  it('is the range of the shown charts: a run and a comparison have one each', () => {
    const page = {range: {from: 5, to: 9}, compared: ['/runs/a-1']};
    expect(watchOf(shown(page), 800).curves?.range).toEqual(page.range);
    expect(watchOf(shown({...page, tab: 'compare'}), 800).curves?.range).toBeNull();
    const comparedRange = {from: 1, to: 3};
    expect(watchOf(shown({...page, comparedRange, tab: 'compare'}), 800).curves?.range).toEqual(comparedRange);
  });

  it('is a few columns of the heat maps, and no curve, on the overview', () => {
    expect(points(shown({tab: 'overview'}), 1200)).toEqual([undefined, 30]);
  });

  it('is what an axis of images shows, and finer bins where hours are zoomed', () => {
    const range = {from: 100, to: 1000};
    const runs = [
      ['a-1', '4'],
      ['b-2', '8'],
    ].map(([id, accumulation]) =>
      runView(id ?? '', {
        stages: shown().runs[0]?.stages ?? [],
        settings: {'decouple.batch': '5', 'decouple.accumulation': accumulation ?? ''},
      }),
    );
    const state = (page: Partial<PanelState['page']>) =>
      reduce(reduce(initialState(undefined), snapshotOf(runs, '/runs/a-1')), {
        type: 'page',
        change: {tab: 'losses', ...page},
      });
    expect(watchOf(state({xAxis: 'images', range}), 600).curves?.range).toEqual({from: 5, to: 50});
    // The first 100 images of the one run are 2.5 updates, the last 1000 of the other 50.
    const compared = runs.map(({path}) => path);
    const both = state({xAxis: 'images', comparedRange: range, compared, tab: 'compare'});
    expect(watchOf(both, 600).curves?.range).toEqual({from: 2, to: 50});
    const overTime = (part: typeof range | null) => watchOf(state({xAxis: 'time', range: part}), 600).curves;
    expect(overTime(null)).toMatchObject({range: null, points: 300});
    expect(overTime(range)).toMatchObject({range: null, points: 2400});
  });

  it('is nothing that cannot be seen', () => {
    expect(watchOf(shown({tab: 'merge'}), 1200)).toEqual({curves: null, heatMaps: null, system: null});
    expect(watchOf(initialState(undefined), 1200)).toEqual({curves: null, heatMaps: null, system: null});
  });
});
