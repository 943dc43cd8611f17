import {lowestCell, type LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {table} from '../../dom.ts';
import {numberText} from '../../numberText.ts';
import {baseLoss} from './lossDifference.ts';

/** Summary of a plane for screen readers. */
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
  return `${range} Lowest ${numberText(lowest.loss)} at ${place}. Base ${numberText(baseLoss(plane))}, merged with the weights of the plane ${at(1)}.`;
}

/** Tables of all losses: the plane, with the largest vertical weight on top, and the line. */
export function planeTables({experts: [first, second], axis, rows, line}: LossPlane): HTMLElement[] {
  const head = [`Expert ${second} \\ ${first}`, ...axis.map(String)];
  const body = axis.map((weight, row) => [String(weight), ...(rows[row] ?? []).map(numberText)]).reverse();
  const along = line.scales.map((scale, i) => [String(scale), numberText(line.losses[i])]);
  return [
    table(`Loss by the weights of experts ${first} (columns) and ${second} (rows)`, head, body),
    table('Loss from the base through the merge', ['Factor of all weights', 'Loss'], along),
  ];
}
