import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import type {PageState} from '../../../trainer/contract/panel/panelPage.ts';
import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {currentSetting, newHistory, redone, undone, withSetting, type SettingHistory} from './settingHistory.ts';
import {plainSetting, workbenchSetting} from './workbenchSetting.ts';

/** The state of the merge workbench. Immutable: every action makes a new state. */
export interface WorkbenchState {
  readonly run: Pick<RunView, 'path' | 'ranges'> | null;
  /** How the run itself merges; null before its weights are known. */
  readonly merge: MergeSetting | null;
  readonly history: SettingHistory<WorkbenchSetting>;
}

export type WorkbenchAction =
  /** Shows a run. `kept` is the setting that the page has saved before it was hidden or reloaded. */
  | {
      readonly kind: 'show';
      readonly run: Pick<RunView, 'path' | 'ranges'>;
      readonly merge: MergeSetting | null;
      readonly kept: PageState['merge'];
    }
  /** Changes the setting; successive changes by one control are one step of undo. */
  | {
      readonly kind: 'change';
      readonly control: string;
      readonly time: number;
      readonly change: (setting: WorkbenchSetting) => WorkbenchSetting;
    }
  | {readonly kind: 'undo'}
  | {readonly kind: 'redo'};

export const noWorkbench: WorkbenchState = {run: null, merge: null, history: newHistory(plainSetting([]))};

export function reduceWorkbench(state: WorkbenchState, action: WorkbenchAction): WorkbenchState {
  const {history} = state;
  switch (action.kind) {
    case 'show':
      return isShown(state, action) ? state : begin(action);
    case 'change': {
      const setting = action.change(currentSetting(history));
      return {...state, history: withSetting(history, setting, action.control, action.time)};
    }
    case 'undo':
      return {...state, history: undone(history)};
    case 'redo':
      return {...state, history: redone(history)};
  }
}

type Show = Extract<WorkbenchAction, {kind: 'show'}>;

function isShown(state: WorkbenchState, {run, merge}: Show): boolean {
  const isSameRun = state.run?.path === run.path && state.run.ranges.length === run.ranges.length;
  return isSameRun && JSON.stringify(state.merge) === JSON.stringify(merge);
}

/** Starts from the merge of the run, else from equal weights. A kept setting is a second step, so that undo leads back to the run's own. */
function begin({run: {path, ranges}, merge, kept}: Show): WorkbenchState {
  const own = merge?.weights.length === ranges.length ? merge : {weights: ranges.map(() => 1 / ranges.length)};
  const first = newHistory(workbenchSetting(own));
  const isKept = kept?.run === path && kept.setting.weights.length === ranges.length;
  return {
    run: {path, ranges},
    merge,
    history: isKept ? withSetting(first, kept.setting, '', 0) : first,
  };
}
