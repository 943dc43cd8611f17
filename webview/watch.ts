import type {Watch} from '../trainer/contract/panel.ts';
import {selectedRun, type PanelState} from './state.ts';

const pixelsPerBin = 2;
/** Several heat maps stand side by side. */
const pixelsPerHeatColumn = 4;
/** Widths in steps of this size, or every pixel of a resize would read all curves anew. */
const widthStep = 100;
const smallestWidth = 300;

/** What the shown tab needs from the host. Nothing is asked for that cannot be seen. */
export function watchOf(state: PanelState, width: number): Watch {
  const {page} = state;
  const run = selectedRun(state)?.path;
  const wide = Math.max(smallestWidth, Math.ceil(width / widthStep) * widthStep);
  const curves = (runs: readonly string[]) =>
    runs.length === 0
      ? null
      : {runs: [...runs], range: page.range, points: Math.floor(wide / pixelsPerBin), logarithmic: page.logX};
  const nothing: Watch = {curves: null, heatMaps: null, system: null};
  if (run === undefined) return nothing;
  switch (page.tab) {
    case 'losses':
      return {...nothing, curves: curves([run]), heatMaps: {run, points: Math.floor(wide / pixelsPerHeatColumn)}};
    case 'compare':
      return {
        ...nothing,
        curves: curves(page.compared.filter((path) => state.runs.some((known) => known.path === path))),
      };
    case 'system':
      return {...nothing, curves: curves([run]), system: {run}};
    default:
      return nothing;
  }
}
