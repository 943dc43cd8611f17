import {maxCompared} from '../../trainer/contract/panel/panel.ts';
import type {Panel} from '../panel.ts';
import {withCompared} from './comparison.ts';

/** Compares a run, or no longer does; false where there are enough, which a notice says. */
export function chooseCompared(panel: Panel, path: string, isCompared: boolean): boolean {
  const change = withCompared(panel.state.page, path, isCompared, panel.state.runs);
  if (change === null) panel.dispatch({type: 'notice', text: `No more than ${maxCompared} runs can be compared.`});
  else panel.setPage(change);
  return change !== null;
}
