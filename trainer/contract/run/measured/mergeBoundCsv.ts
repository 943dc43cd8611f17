import {csvCell} from '../../csvCell.ts';
import type {MergeBound} from './mergeBound.ts';

/** The losses of the curve by their step, and the best weights by tensor and expert, as a table for other programs. */
export function mergeBoundCsv({curve, best}: MergeBound): string {
  const losses = curve.map(({step, loss}) => ['validation loss', `step ${step}`, '', loss ?? '']);
  const weights = Object.entries(best?.weights ?? {}).flatMap(([name, own]) =>
    own.map((weight, expert) => ['weight', csvCell(name), expert, weight]),
  );
  return `measure,name,expert,value\n${[...losses, ...weights].map((row) => `${row.join(',')}\n`).join('')}`;
}
