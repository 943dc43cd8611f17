import type {XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import {seriesTitle, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import type {CurveData} from '../state.ts';
import type {ChartData, ChartLine} from './chartLine.ts';
import {curvePoints, type CurvePoints, type PointOptions} from './curvePoints.ts';
import type {UpdateRange} from './updateRange.ts';

/** Names and look of a line, without its data. */
export type LineName = Pick<ChartLine, 'key' | 'label' | 'look' | 'scale'>;

/** Settings by which curves become the lines of a chart. */
export interface ChartView {
  readonly smoothing: number;
  readonly xAxis: XAxisKind;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly range: UpdateRange | null;
}

/** Makes the data of one chart. Returns the same object while nothing has changed, so that the chart need not be redrawn. */
export class ChartMaker {
  #last: {key: string; curves: readonly (CurveData | undefined)[]; data: ChartData} | null = null;

  /** `curveOf` returns the bins of a line by its key; lines without bins are left out. */
  make(
    series: CurveSeries,
    names: readonly LineName[],
    curveOf: (key: string) => CurveData | undefined,
    view: ChartView,
  ): ChartData {
    const key = JSON.stringify([series, names, view]);
    const curves = names.map((name) => curveOf(name.key));
    const last = this.#last;
    if (last?.key === key && curves.every((curve, i) => curve === last.curves[i])) return last.data;
    const data = chartData(series, names, curves, view);
    this.#last = {key, curves, data};
    return data;
  }
}

/** Where no value is positive, the chart gets a linear axis: a logarithmic one could show nothing. */
function chartData(
  series: CurveSeries,
  names: readonly LineName[],
  curves: readonly (CurveData | undefined)[],
  {smoothing, xAxis, logX, logY: isWanted, range}: ChartView,
): ChartData {
  const lines = (logY: boolean) =>
    names.flatMap((name, i): ChartLine[] => {
      const curve = curves[i];
      if (curve === undefined) return [];
      const points = cachedPoints(curve, {series, decay: smoothing, logX, logY, scale: name.scale});
      return [{...name, points, stepsInRange: curve.stepsInRange, steps: curve.steps}];
    });
  const wanted = lines(isWanted);
  const isShown = wanted.some(({points}) => points.rawY.some(Number.isFinite));
  const logY = isWanted && (isShown || wanted.every(({points}) => points.below.length === 0));
  return {title: seriesTitle(series), lines: logY === isWanted ? wanted : lines(logY), xAxis, logX, logY, range};
}

const made = new WeakMap<Float64Array, Map<string, CurvePoints>>();

/** Points of a curve, cached by bins and options. */
function cachedPoints({bins, lead}: CurveData, options: PointOptions): CurvePoints {
  const known = made.get(bins) ?? new Map<string, CurvePoints>();
  made.set(bins, known);
  const key = `${lead} ${JSON.stringify(options)}`;
  const points = known.get(key) ?? curvePoints(bins, lead, options);
  known.set(key, points);
  return points;
}
