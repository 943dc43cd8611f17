import {csvCell} from '../../csvCell.ts';
import type {ActivationChange, AxisChange} from './activationChange.ts';
import {binEdge} from './symmetricHistogram.ts';

/**
 * The changes as a table for other programs: for each place, and along channels and space, the root mean square of the change and the deviation in the base
 * at each timestep, and the bins [low, high) of the histogram that are not empty.
 */
export function activationChangeCsv({timesteps, sites}: ActivationChange): string {
  const rowsOf = (name: string, axis: string, {rms, deviation, histogram}: AxisChange) => [
    ...rms.map((value, i) => [name, axis, 'rms', timesteps[i], '', '', value]),
    ...deviation.map((value, i) => [name, axis, 'deviation', timesteps[i], '', '', value]),
    ...histogram.counts.flatMap((count, bin) =>
      count === 0 ? [] : [[name, axis, 'count', '', binEdge(histogram, bin), binEdge(histogram, bin + 1), count]],
    ),
  ];
  const rows = sites.flatMap(({name, channel, spatial}) => [
    ...rowsOf(csvCell(name), 'channel', channel),
    ...rowsOf(csvCell(name), 'spatial', spatial),
  ]);
  return `site,axis,measure,timestep,low,high,value\n${rows.map((row) => row.join(',')).join('\n')}\n`;
}
