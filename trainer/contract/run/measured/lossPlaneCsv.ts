import type {LossPlane} from './lossPlane.ts';

/** A plane as a table for other programs, a line for each loss: of the plane with both weights, of the line with its factor. */
export function lossPlaneCsv({experts: [first, second], axis, rows, line}: LossPlane): string {
  const cell = (loss: number | null | undefined) => (loss === null || loss === undefined ? '' : String(loss));
  const lines = axis.flatMap((y, row) => axis.map((x, column) => `${x},${y},,${cell(rows[row]?.[column])}`));
  const along = line.scales.map((scale, i) => `,,${scale},${cell(line.losses[i])}`);
  return [`weight_${first},weight_${second},scale,loss`, ...lines, ...along, ''].join('\n');
}
