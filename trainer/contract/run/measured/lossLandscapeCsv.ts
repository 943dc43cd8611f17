import {landscapePanels} from './landscapePanels.ts';
import type {LossLandscape} from './lossLandscape.ts';

/** A landscape as a table for other programs: a line for each point and panel, which is said by its timesteps [low, high). */
export function lossLandscapeCsv(landscape: LossLandscape): string {
  const {axis} = landscape;
  const lines = landscapePanels(landscape).flatMap(({range: [low, high], rows}) =>
    rows.flatMap((row, j) => row.map((loss, i) => [axis[i], axis[j], low, high, loss ?? ''].join(','))),
  );
  return `a,b,low,high,loss\n${lines.join('\n')}\n`;
}
