import {type Bar, barChart} from '../../chart/barChart.ts';
import {darkColours, printColours} from '../../chart/printColours.ts';
import {reportRanges} from '../../contract/overview/reportRanges.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import type {HeldOutLoss, Report} from '../../contract/run/report.ts';
import {modelColour} from './modelColour.ts';

/**
 * Paired difference of each model to the base in each timestep range, with error bars of two standard errors. In percent of the base's loss in that
 * range, since losses of low and high timesteps differ by orders of magnitude. Null if there is no model besides the base.
 */
export function heldOutChart({heldOut}: Report): string | null {
  const base = heldOut['base'];
  const others = Object.entries(heldOut).filter(([model]) => model !== 'base');
  if (base === undefined || others.length === 0) return null;
  const ranges = reportRanges({heldOut});
  const chart = {
    title: 'Held-out loss against the base (below 0 is better)',
    dark: darkColours,
    xLabel: 'timesteps',
    yLabel: "paired difference in % of the base's loss, ± 2 standard errors",
    groups: base.perRange.map(({range: [low, high]}) => `[${low}, ${high})`),
    series: others.map(([model, loss]) => ({
      name: stageTitle(model, ranges),
      colour: modelColour(model),
      bars: barsOf(loss, base),
    })),
  };
  return barChart(chart, printColours);
}

function barsOf({perRangeDifference}: HeldOutLoss, base: HeldOutLoss): Bar[] {
  return perRangeDifference.map(({mean, standardError}, range) => {
    const percent = 100 / (base.perRange[range]?.mean ?? NaN);
    return {value: mean * percent, error: 2 * standardError * percent};
  });
}
