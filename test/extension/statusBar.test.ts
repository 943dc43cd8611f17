import {describe, expect, it} from 'vitest';
import {statusContent} from '../../extension/statusBar.ts';
import {knownReport, knownRun, knownState} from '../helpers/runs/knownRun.ts';

describe('the status bar item', () => {
  it('is not there without runs', () => {
    expect(statusContent([], 0)).toBeNull();
  });

  it('says how the newest active run goes, and what else there is', () => {
    const running = knownRun({
      id: 'digits-2',
      state: knownState('running', 0.425, {left: {seconds: 180, low: 162, high: 198}}),
    });
    expect(statusContent([knownRun({state: knownState('paused')}), running], 2)).toMatchObject({
      text: '$(sync~spin) DeMe 42 %, 3 min left, 2 runs, 2 queued',
      label: 'DeMe, digits-2: running 42 %, 3 min left, 2 runs, 2 queued',
      run: running,
    });
  });

  it('spins only while something works', () => {
    expect(statusContent([knownRun({state: knownState('paused')})], 0)?.text).toBe(
      '$(debug-pause) DeMe paused at 42 %',
    );
    const done = knownRun({state: knownState('done', 1), report: knownReport(0.02, 0.019)});
    expect(statusContent([done], 0)).toMatchObject({
      text: '$(beaker) DeMe',
      tooltip: 'digits-1: done, better than the base by 5.00 %',
    });
    expect(statusContent([], 1)?.text).toBe('$(beaker) DeMe 1 queued');
    expect(statusContent([], 0, 1)).toMatchObject({text: '$(beaker) DeMe 1 starting', label: 'DeMe, 1 starting'});
  });
});
