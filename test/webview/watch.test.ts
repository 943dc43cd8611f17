import {describe, expect, it} from 'vitest';
import {initialState, reduce, type PanelState} from '../../webview/state.ts';
import {watchOf} from '../../webview/watch.ts';
import {runView, snapshotOf} from './runViews.ts';

/** A page on a run of four experts. */
function shown(page: Partial<PanelState['page']> = {}): PanelState {
  const rest = {
    state: 'running',
    update: 5,
    updates: 10,
    secondsPerUpdate: null,
    secondsWaited: null,
    secondsLeft: null,
    memory: null,
  } as const;
  const run = runView('a-1', {stages: [0, 1, 2, 3].map((index) => ({name: `expert-${index}`, ...rest}))});
  return reduce(reduce(initialState(undefined), snapshotOf([run])), {type: 'page', change: page});
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
    expect(points(shown({tab: 'compare', compared: ['/runs/a-1']}), 1200)).toEqual([600, undefined]);
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

  it('is nothing that cannot be seen', () => {
    expect(watchOf(shown({tab: 'merge'}), 1200)).toEqual({curves: null, heatMaps: null, system: null});
    expect(watchOf(initialState(undefined), 1200)).toEqual({curves: null, heatMaps: null, system: null});
  });
});
