import {describe, expect, it} from 'vitest';
import type {MergeSetting} from '../../../../trainer/contract/config/merge/mergeSetting.ts';
import {canUndo, currentSetting} from '../../../../webview/merge/workbench/settingHistory.ts';
import {mergeSetting, withPartWeight, withWeight} from '../../../../webview/merge/workbench/workbenchSetting.ts';
import {
  noWorkbench,
  reduceWorkbench,
  type WorkbenchAction,
  type WorkbenchState,
} from '../../../../webview/merge/workbench/workbenchState.ts';
import {randomMerge} from '../../../helpers/models/randomMerge.ts';

type Show = Extract<WorkbenchAction, {kind: 'show'}>;

function show(merge: MergeSetting | null, experts: number, kept: Show['kept'] = null): Show {
  const ranges = Array.from({length: experts}, (_, i): [number, number] => [i, i + 1]);
  return {kind: 'show', run: {path: '/runs/1', ranges}, merge, kept};
}

const mergeOf = ({history}: WorkbenchState) => mergeSetting(currentSetting(history));

describe('the merge workbench', () => {
  it('starts from the merge of the run, whatever that is, and leads back to it by undo', () => {
    for (let seed = 0; seed < 200; seed++) {
      const merge = randomMerge(seed);
      const begun = reduceWorkbench(noWorkbench, show(merge, merge.weights.length));
      expect(mergeOf(begun)).toStrictEqual(merge);
      const change: WorkbenchAction = {
        kind: 'change',
        control: 'slider',
        time: 0,
        change: (before) => withPartWeight(withWeight(before, 0, 9), 'mid', 0, -9),
      };
      const changed = reduceWorkbench(begun, change);
      const back = reduceWorkbench(changed, {kind: 'undo'});
      expect(mergeOf(back)).toStrictEqual(merge);
      expect(reduceWorkbench(back, {kind: 'redo'}).history.steps).toEqual(changed.history.steps);
      expect(mergeOf(reduceWorkbench(back, {kind: 'redo'}))).toStrictEqual(mergeOf(changed));
    }
  });

  it('starts from equal weights where the run has none yet, or has them for other experts', () => {
    expect(mergeOf(reduceWorkbench(noWorkbench, show(null, 4)))).toEqual({weights: [0.25, 0.25, 0.25, 0.25]});
    expect(mergeOf(reduceWorkbench(noWorkbench, show({weights: [1, 2, 3]}, 2)))).toEqual({weights: [0.5, 0.5]});
  });

  it('stays as it is while the run does, and starts anew from another merge of it', () => {
    const begun = reduceWorkbench(noWorkbench, show({weights: [1, 2]}, 2));
    expect(reduceWorkbench(begun, show({weights: [1, 2]}, 2))).toBe(begun);
    expect(mergeOf(reduceWorkbench(begun, show({weights: [1, 3]}, 2)))).toEqual({weights: [1, 3]});
  });

  it('comes back to what the page kept, behind which is the merge of the run', () => {
    const merge: MergeSetting = {
      weights: [1, 2],
      method: {kind: 'dare', density: 0.5, seed: 7, elect: true, lambda: 1},
    };
    const setting = withWeight(currentSetting(reduceWorkbench(noWorkbench, show(merge, 2)).history), 1, 5);
    const restored = reduceWorkbench(noWorkbench, show(merge, 2, {run: '/runs/1', setting}));
    expect(mergeOf(restored)).toStrictEqual({...merge, weights: [1, 5]});
    expect(mergeOf(reduceWorkbench(restored, {kind: 'undo'}))).toStrictEqual(merge);
    const other = reduceWorkbench(noWorkbench, show(merge, 2, {run: '/runs/2', setting}));
    expect([mergeOf(other), canUndo(other.history)]).toEqual([merge, false]);
  });
});
