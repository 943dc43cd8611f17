import {lowestCell, type LossPlane} from '../../../trainer/contract/run/lossPlane.ts';
import {table} from '../../dom.ts';
import {numberText} from '../../numberText.ts';

/** A plane in a sentence or two, for who cannot see it. */
export function planeSummary(plane: LossPlane): string {
  const {
    experts: [first, second],
    axis,
    line: {losses, scales},
  } = plane;
  const lowest = lowestCell(plane);
  const range = `Loss over the weights of experts ${first} and ${second} from ${axis[0]} to ${axis.at(-1)}.`;
  if (lowest === null) return `${range} Nothing is measured yet.`;
  const place = `${axis[lowest.column]} for expert ${first} and ${axis[lowest.row]} for expert ${second}`;
  const at = (scale: number) => numberText(losses[scales.indexOf(scale)]);
  return `${range} Lowest ${numberText(lowest.loss)} at ${place}. Base ${at(0)}, merged with the weights of the plane ${at(1)}.`;
}

/** All losses of the plane, the highest weight of the vertical axis first, and those along the line. */
export function planeTables({experts: [first, second], axis, rows, line}: LossPlane): HTMLElement[] {
  const head = [`Expert ${second} \\ ${first}`, ...axis.map(String)];
  const body = axis.map((weight, row) => [String(weight), ...(rows[row] ?? []).map(numberText)]).reverse();
  const along = line.scales.map((scale, i) => [String(scale), numberText(line.losses[i])]);
  return [
    table(`Loss by the weights of experts ${first} (columns) and ${second} (rows)`, head, body),
    table('Loss from the base through the merge', ['Factor of all weights', 'Loss'], along),
  ];
}

/** A row for each loss: of the plane with both weights, of the line with the factor. */
export function planeCsv({experts: [first, second], axis, rows, line}: LossPlane): string {
  const cell = (loss: number | null | undefined) => (loss === null || loss === undefined ? '' : String(loss));
  const lines = axis.flatMap((y, row) => axis.map((x, column) => `${x},${y},,${cell(rows[row]?.[column])}`));
  const along = line.scales.map((scale, i) => `,,${scale},${cell(line.losses[i])}`);
  return [`weight_${first},weight_${second},scale,loss`, ...lines, ...along, ''].join('\n');
}
