import {maxPoints, type Watch} from '../trainer/contract/panel/panel.ts';
import {imagesPerUpdate, updatesWithin} from './charts/xAxis.ts';
import {timestepColumns} from './compare/timestepLosses.ts';
import {lossesColumns} from './losses/lossesColumns.ts';
import {selectedRun, type PanelState} from './state.ts';

const pixelsPerBin = 2;
/** A part of an axis of time is cut out of all bins, which therefore are finer by this factor. */
const timeZoom = 8;
const pixelsPerHeatColumn = 3;
/** Widths are rounded to this step; otherwise every pixel of a resize would read all curves again. */
const widthStep = 100;
const smallestWidth = 300;
/** Columns of each heat map that the overview sums up. */
const overviewColumns = 30;
/** Smallest column and gap in pixels of the grids of charts and heat maps; must match `style.css`. */
const chartGrid = {least: 360, gap: 12} as const;
const heatGrid = {least: 360, gap: 20} as const;

/** The data that the shown tab needs at a width in pixels. Hidden tabs need none. */
export function watchOf(state: PanelState, width: number): Watch {
  const {page} = state;
  const run = selectedRun(state);
  const nothing: Watch = {curves: null, heatMaps: null, system: null};
  if (run === undefined) return nothing;
  const {xAxis, logX: logarithmic} = page;
  const columns = lossesColumns(width);
  const curves = (runs: readonly string[], charts: number, range = page.range) => {
    const wide = page.tab === 'losses' ? columns.curves : width;
    const bins = columnWidth(wide, charts, chartGrid) / pixelsPerBin;
    const points = Math.min(maxPoints, Math.floor(xAxis === 'time' && range !== null ? timeZoom * bins : bins));
    const known = state.runs.filter(({path}) => runs.includes(path));
    const perUpdate = known.flatMap((one) => one.stages.map(({name}) => imagesPerUpdate(one, name)));
    const updates = updatesWithin(xAxis, range, perUpdate);
    return runs.length === 0 ? null : {runs: [...runs], range: updates, points, logarithmic};
  };
  const compared = page.compared.filter((path) => state.runs.some((known) => known.path === path));
  const maps = run.stages.filter(({updates}) => updates > 0).length;
  const points = Math.floor(columnWidth(columns.heatMaps, maps, heatGrid) / pixelsPerHeatColumn);
  switch (page.tab) {
    case 'overview':
      return {...nothing, heatMaps: {runs: [run.path], points: overviewColumns}};
    case 'losses':
      return {...nothing, curves: curves([run.path], page.series.length), heatMaps: {runs: [run.path], points}};
    case 'compare':
      return {
        ...nothing,
        curves: curves(compared, 1, page.comparedRange),
        heatMaps: compared.length === 0 ? null : {runs: compared, points: timestepColumns},
      };
    case 'system':
      return {...nothing, curves: curves([run.path], 1), system: {run: run.path}};
    default:
      return nothing;
  }
}

/** Width in pixels of a column of a grid that fits as many columns as there is room for, at most one per figure. */
function columnWidth(width: number, figures: number, {least, gap}: {least: number; gap: number}): number {
  const columns = Math.max(1, Math.min(figures, Math.floor((width + gap) / (least + gap))));
  const column = (width + gap) / columns - gap;
  return Math.max(smallestWidth, Math.ceil(column / widthStep) * widthStep);
}
