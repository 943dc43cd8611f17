import {cellText} from '../../trainer/contract/matrix/matrixRuns.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {StudyRun} from '../../trainer/contract/studies/studyProgress.ts';
import {element, table, type Child} from '../dom.ts';
import {percentText, stateText} from '../numberText.ts';

/** The runs of a table with how far each is, and a button that opens it. */
export function studyRunsView(
  runs: readonly StudyRun[],
  viewOf: (id: string) => RunView | undefined,
  onOpen: (run: RunView) => void,
): HTMLElement {
  const rows = runs.map((each) => {
    const view = each.run === null ? undefined : viewOf(each.run);
    return [cellText(each), each.repeat ?? '', runName(each, view, onOpen), runStateText(each, view)];
  });
  return table('Runs in the order in which they are made', ['Cell', 'Repetition', 'Run', 'State'], rows);
}

/** `running 42 %`; the run itself knows it better than the table while it works. */
export function runStateText({state, problem}: StudyRun, view: RunView | undefined): string {
  if (state === 'failed') return `failed: ${problem ?? 'for an unknown reason'}`;
  if (state !== 'current') return state;
  if (view === undefined) return 'begun';
  return view.state === 'done' ? 'done' : `${stateText(view.state)} at ${percentText(view.progress)}`;
}

function runName({run}: StudyRun, view: RunView | undefined, onOpen: (run: RunView) => void): Child {
  if (run === null) return '–';
  if (view === undefined) return `${run} (not here any more)`;
  const onclick = () => onOpen(view);
  return element('button', {class: 'link', 'data-key': `open ${view.path}`, title: `Show ${run}`, onclick}, run);
}
