import type {Report} from '../../../trainer/contract/run/report.ts';
import {estimateText} from '../../numberText.ts';

/** The loss of the base in each range and overall, and what each other model changes there, paired on the same draws. */
export function rangeRows({heldOut}: Report): {head: string[]; rows: string[][]} {
  const base = heldOut['base'];
  const ranges = base?.perRange.map(({range: [low, high]}) => `${low} to ${high - 1}`) ?? [];
  const others = Object.entries(heldOut).filter(([model]) => model !== 'base');
  const first = base ? [['base (loss)', ...base.perRange.map(estimateText), estimateText(base)]] : [];
  const rows = others.map(([model, {perRangeDifference, differenceToBase}]) => [
    model,
    ...[...perRangeDifference, differenceToBase].map(
      (estimate) => `${estimate.mean > 0 ? '+' : ''}${estimateText(estimate)}`,
    ),
  ]);
  return {head: ['Model', ...ranges.map((range) => `t ${range}`), 'All'], rows: [...first, ...rows]};
}
