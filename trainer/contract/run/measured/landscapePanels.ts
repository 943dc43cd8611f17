import {stageTitle} from '../../overview/stageTitle.ts';
import type {CentreFit, LossLandscape} from './lossLandscape.ts';

/** The loss of some timesteps over the plane. */
export interface LandscapePanel {
  /** As in `all t` or `[0, 250)`. */
  readonly name: string;
  /** Timesteps [low, high). */
  readonly range: readonly [low: number, high: number];
  /** [b][a] */
  readonly rows: readonly (readonly (number | null)[])[];
  /** Of the model at the centre. */
  readonly centre: number | null;
  /** Null: not known yet, or not finite. */
  readonly fit: CentreFit | null;
}

type Losses = LossLandscape['rows'][number][number];

/**
 * All timesteps together, then each range where there are several. The loss of all timesteps is that of a t which is drawn uniformly: the mean over
 * the ranges, each weighted by its number of timesteps.
 */
export function landscapePanels(landscape: LossLandscape): LandscapePanel[] {
  const {ranges, rows, fits} = landscape;
  const whole: [number, number] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 1];
  const overAll = (losses: Losses) => meanOver(ranges, losses);
  const panel = (i: number, name: string, range: [number, number], lossOf: (losses: Losses) => number | null) => {
    const values = rows.map((row) => row.map(lossOf));
    const middle = (values.length - 1) / 2;
    return {name, range, rows: values, centre: values[middle]?.[middle] ?? null, fit: fits[i] ?? null};
  };
  return [
    panel(0, 'all t', whole, overAll),
    ...(ranges.length < 2
      ? []
      : ranges.map((range, i) => panel(i + 1, `[${range.join(', ')})`, range, (losses) => losses[i] ?? null))),
  ];
}

/** Mean of the second derivatives along the axes: that of all directions in the plane. */
export function sharpnessOf({curvature: {a, b}}: CentreFit): number {
  return (a + b) / 2;
}

/** How steep the loss is at the centre, in the direction in which it is steepest. */
export function steepnessOf({slope: {a, b}}: CentreFit): number {
  return Math.hypot(a, b);
}

/** As in `base, random directions` or `base, task vectors of experts 0 and 1`. */
export function directionsText({model, directions}: Pick<LossLandscape, 'model' | 'directions'>): string {
  const title = stageTitle(model, []);
  if (directions.kind === 'random') return `${title}, random directions`;
  return `${title}, task vectors of experts ${directions.experts.join(' and ')}`;
}

function meanOver(ranges: LossLandscape['ranges'], losses: Losses): number | null {
  let [sum, timesteps] = [0, 0];
  for (const [i, [low, high]] of ranges.entries()) {
    const loss = losses[i] ?? null;
    if (loss === null) return null;
    sum += loss * (high - low);
    timesteps += high - low;
  }
  return sum / timesteps;
}
