import type {XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {numberText} from '../numberText.ts';
import {floorText, type ChartLine} from './chartLine.ts';
import type {CurvePoints} from './curvePoints.ts';

// What is called an update here is a place on the x axis, which may show images seen or time instead; names of steps always are updates.

/** Index of the point that is nearest to an update; -1 if there are no points. */
export function nearestPoint({x}: CurvePoints, update: number): number {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((x[middle] ?? NaN) < update) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 && update - (x[low - 1] ?? NaN) < (x[low] ?? NaN) - update;
  return before ? low - 1 : Math.min(low, x.length - 1);
}

/**
 * The value of a line at an update. Where the line has no step at that update: the value of the nearest step, with its update. A dash
 * before the first and after the last step.
 */
export function valueText(points: CurvePoints, update: number): string {
  const at = nearestPoint(points, update);
  const [first, last] = stepsOf(points, at);
  const x = points.x[at] ?? NaN;
  const value = points.below.includes(x) ? floorText : numberText(points.y[at]);
  if (update >= first && update <= last) return value;
  return hasStepAt(points, update) ? `${value} (at ${stepText(points, at)})` : numberText(NaN);
}

/** Whether a line has a value, or a gap, at an update or on both sides of it. */
export function hasStepAt(points: CurvePoints, update: number): boolean {
  return points.x.length > 0 && update >= stepsOf(points, 0)[0] && update <= stepsOf(points, points.x.length - 1)[1];
}

/** What was logged at the step that `valueText` names, without smoothing; for steps that are drawn as one point, their range. */
export function rawText(points: CurvePoints, update: number): string {
  if (!hasStepAt(points, update)) return numberText(NaN);
  const at = nearestPoint(points, update);
  if (points.below.includes(points.x[at] ?? NaN)) return floorText;
  const [low, high] = [numberText(points.rawY[3 * at]), numberText(points.rawY[3 * at + 1])];
  return low === high ? low : `${low} to ${high}`;
}

/** The update of the nearest logged step of any line; null if there are none. Steps that are drawn as one point count as one, at their middle. */
export function nearestStep(lines: readonly ChartLine[], update: number): number | null {
  const near = lines.flatMap(({points}) => points.x[nearestPoint(points, update)] ?? []);
  return near.reduce<number | null>(
    (best, x) => (best === null || Math.abs(x - update) < Math.abs(best - update) ? x : best),
    null,
  );
}

/** The next logged step of any line after an update (`way` 1) or before it (-1); the update itself if there is none. */
export function nextStep(lines: readonly ChartLine[], update: number, way: 1 | -1): number {
  const next = lines.flatMap(({points}) => {
    const at = nearestPoint(points, update);
    return [at - 1, at, at + 1].flatMap((i) => points.x[i] ?? []).filter((x) => (x - update) * way > 0);
  });
  return next.length === 0 ? update : way * Math.min(...next.map((x) => way * x));
}

/** The last update of the step at a mark; null where no line has one there. */
export function updateAt(lines: readonly ChartLine[], place: number): number | null {
  const line = lines.find(({points}) => points.x[nearestPoint(points, place)] === place);
  return line?.points.updates[2 * nearestPoint(line.points, place) + 1] ?? null;
}

/**
 * Caption for the mark at a logged step: its update, or the range of updates that are drawn as one point, and where it stands on an axis of
 * something else.
 */
export function stepName(lines: readonly ChartLine[], update: number, xAxis: XAxisKind = 'update'): string {
  const line = lines.find(({points}) => points.x[nearestPoint(points, update)] === update);
  const text = line === undefined ? countText(update) : stepText(line.points, nearestPoint(line.points, update));
  const name = text.includes('to') ? `Updates ${text}, means` : `Update ${text}`;
  const place = xAxis === 'time' ? `${numberText(update)} hours` : `${countText(update)} images seen`;
  return xAxis === 'update' ? name : `${name}, ${place}`;
}

function stepText({updates}: CurvePoints, at: number): string {
  const [first, last] = [updates[2 * at] ?? NaN, updates[2 * at + 1] ?? NaN];
  return first === last ? countText(first) : `${countText(first)} to ${countText(last)}`;
}

/** First and last place of the steps that point number `at` stands for. */
function stepsOf({rawX}: CurvePoints, at: number): readonly [first: number, last: number] {
  return [rawX[3 * at] ?? NaN, rawX[3 * at + 1] ?? NaN];
}
