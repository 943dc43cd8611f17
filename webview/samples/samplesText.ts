import {countText} from '../../trainer/chart/tickText.ts';
import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {textRecipe} from '../promptGrid.ts';

/** What a picture with samples shows, for those who cannot see it. */
export function samplesAlt(image: ImageView): string {
  const {title, grid} = image;
  const by = grid === undefined ? '' : `, rows ${textRecipe(grid)}, seed ${grid.seed}`;
  return `Samples of ${title}${updateText(image)}${by}`;
}

/** ` at update 1,000`; empty for the finished model. */
export function updateText({update}: ImageView): string {
  return update === null ? '' : ` at update ${countText(update)}`;
}

/**
 * What a position of the slider shows: `update 300 of 600`, or for null the newest of all models, which are not finished before their
 * trainings are.
 */
export function stepText(step: number | null, shown: readonly ImageView[], updates: number): string {
  if (step !== null) return `update ${countText(step)}${updates > 0 ? ` of ${countText(updates)}` : ''}`;
  return shown.every(({update}) => update === null) ? 'finished models' : 'newest of each model';
}
