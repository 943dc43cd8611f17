import {describe, expect, it} from 'vitest';
import {binColumn, binLength} from '../../trainer/contract/run/curveBins.ts';
import {initialState, reduce, selectedRun, stageKey, type PanelAction, type PanelState} from '../../webview/state.ts';
import {binsOf} from './charts/binsOf.ts';
import {runView as run, snapshotOf as snapshot, stageView} from './runViews.ts';

function after(...actions: PanelAction[]): PanelState {
  return actions.reduce(reduce, initialState(undefined));
}

const curve = (bins: Float64Array, at: number): PanelAction => ({
  type: 'curves',
  curves: [{run: '/runs/a-1', stage: 'expert-0', at, bins, lead: 0, stepsInRange: 10, steps: 10}],
});

describe('the state of the page', () => {
  it('shows the run that was asked for, else the newest', () => {
    expect(selectedRun(after(snapshot([run('a-2'), run('a-1')])))?.id).toBe('a-2');
    expect(selectedRun(after(snapshot([run('a-2'), run('a-1')], '/runs/a-1')))?.id).toBe('a-1');
    expect(selectedRun(after(snapshot([], '/runs/a-1')))).toBeUndefined();
  });

  it('comes back to the run that was shown before a restart, unless it is gone', () => {
    const saved = {scope: 'experiment', selected: '/runs/a-1', tab: 'merge'};
    const restored = reduce(initialState(saved), snapshot([run('a-1'), run('a-2')], '/runs/a-2'));
    expect([restored.page.tab, selectedRun(restored)?.id]).toEqual(['merge', 'a-1']);
    const gone = reduce(initialState(saved), snapshot([run('a-2')], '/runs/a-2'));
    expect(selectedRun(gone)?.id).toBe('a-2');
    expect(initialState({scope: 'nonsense'}).page.tab).toBe('overview');
  });

  it('keeps what it knows of a page that another version of the panel has saved', () => {
    const {page} = initialState({
      scope: 'compare',
      selected: '/runs/a-1',
      tab: 'gone',
      series: ['consistency', 'gone', 'denoise'],
      pinned: ['gone', 'denoise'],
      comparedSeries: 'gone',
      sampleZoom: 99,
    });
    expect(page).toMatchObject({
      scope: 'compare',
      selected: '/runs/a-1',
      tab: 'overview',
      series: ['consistency', 'denoise'],
      pinned: ['denoise'],
      comparedSeries: 'denoise',
      sampleZoom: 1,
    });
  });

  it('puts the end of a curve in the place of what was there', () => {
    const all = binsOf([1, 2, 3, 4, 5]);
    const state = after(curve(all.slice(0, 3 * binLength), 0), curve(all.slice(2 * binLength), 2));
    expect(state.curves.get(stageKey('/runs/a-1', 'expert-0'))?.bins).toEqual(all);
    const shorter = reduce(state, curve(all.slice(binLength, 2 * binLength), 1));
    const bins = shorter.curves.get(stageKey('/runs/a-1', 'expert-0'))?.bins;
    expect([bins?.length, bins?.[binLength + binColumn.firstUpdate]]).toEqual([2 * binLength, 2]);
  });

  it('forgets what a run has measured when one of its stages ends', () => {
    const stage = (state: 'running' | 'done') => stageView('report', {state});
    const before = after(snapshot([run('a-1', {stages: [stage('running')]})]), {
      type: 'details',
      run: '/runs/a-1',
      state: {kind: 'asked'},
    });
    const same = reduce(before, {type: 'run', run: run('a-1', {stages: [stage('running')], progress: 0.5})});
    expect(same.details.has('/runs/a-1')).toBe(true);
    const ended = reduce(before, {type: 'run', run: run('a-1', {stages: [stage('done')]})});
    expect(ended.details.has('/runs/a-1')).toBe(false);
  });

  it('keeps what it knows of a run that was only listed until its stages came', () => {
    const asked: PanelAction = {type: 'details', run: '/runs/a-1', state: {kind: 'asked'}};
    const whole = run('a-1', {stages: [stageView('report', {state: 'done'})]});
    const state = after(snapshot([run('a-1'), run('a-2')]), asked, {type: 'run', run: whole});
    expect(state.details.has('/runs/a-1')).toBe(true);
    expect(state.runs[0]?.stages).toHaveLength(1);
    const failed = reduce(after(snapshot([run('a-1')]), asked), {type: 'run', run: {...whole, state: 'failed'}});
    expect(failed.details.has('/runs/a-1')).toBe(false);
  });

  it('leaves runs of the same moment in their places when one has news', () => {
    const twins = [run('a-1'), run('b-1'), run('c-1')];
    const state = after(snapshot(twins), {type: 'run', run: run('a-1', {state: 'done'})});
    expect(state.runs.map(({id, state: of}) => `${id} ${of}`)).toEqual(['a-1 done', 'b-1 running', 'c-1 running']);
  });

  it('adds, replaces and removes runs', () => {
    const state = after(
      snapshot([run('a-1')]),
      {type: 'run', run: run('a-2')},
      {type: 'run', run: run('a-1', {progress: 1})},
    );
    expect(state.runs.map(({id, progress}) => [id, progress])).toEqual([
      ['a-1', 1],
      ['a-2', 0],
    ]);
    expect(reduce(state, {type: 'removed', run: '/runs/a-1'}).runs.map(({id}) => id)).toEqual(['a-2']);
  });
});
