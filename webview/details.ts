import type {RunDetails, RunView} from '../trainer/contract/panel/panelViews.ts';
import {element, message} from './dom.ts';
import type {Panel} from './panel.ts';
import {selectedRun} from './state.ts';

/** The selected run with its results, which are requested if they are missing. Until they are here: a message to show instead. */
export function neededDetails(panel: Panel): {run: RunView; details: RunDetails} | {instead: HTMLElement; key: string} {
  const run = selectedRun(panel.state);
  if (run === undefined) return {instead: message('This experiment has no runs yet.'), key: 'no run'};
  panel.needDetails(run.path);
  const state = panel.state.details.get(run.path);
  if (state?.kind === 'there') return {run, details: state.details};
  if (state?.kind === 'failed') {
    return {instead: message(`${state.error.message} ${state.error.hint ?? ''}`, 'error'), key: state.error.message};
  }
  return {instead: message('Reading the results of the run.'), key: 'asked'};
}

/** Lists how numbers were measured: every value of a recipe, nested values by their path. */
export function recipeList(recipe: Readonly<Record<string, unknown>>, title = 'Recipe of these numbers'): HTMLElement {
  const entries = flat(recipe);
  const parts = entries.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('details', {class: 'recipe'}, element('summary', {}, title), element('dl', {}, ...parts));
}

function flat(value: unknown, path = ''): [string, string][] {
  const isNode = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isNode) return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, child]) => flat(child, path === '' ? key : `${path}.${key}`));
}
