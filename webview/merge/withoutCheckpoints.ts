import type {RunDetails} from '../../trainer/contract/panel/panelViews.ts';
import {message} from '../dom.ts';

/** Says of what weighs the final experts only that the run itself merged earlier checkpoints too; nothing where it did not. `what`: as in `The sliders are`. */
export function withoutCheckpoints({weights}: Pick<RunDetails, 'weights'>, what: string): HTMLElement[] {
  const found = weights?.search?.checkpoints?.weights ?? [];
  if (found.length === 0) return [];
  return [
    message(
      `This run merged earlier checkpoints of its experts too, with the weights below under "Weights of the checkpoints". ${what} of the final experts alone.`,
    ),
  ];
}
