import {countText} from '../../trainer/chart/tickText.ts';
import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {textRecipe} from '../promptGrid.ts';

/** What a picture with samples shows, for those who cannot see it. */
export function samplesAlt(image: ImageView): string {
  const {model, grid} = image;
  const by = grid === undefined ? '' : `, rows ${textRecipe(grid)}, seed ${grid.seed}`;
  return `Samples of ${model}${updateText(image)}${by}`;
}

/** ` at update 1,000`; empty for the finished model. */
export function updateText({update}: ImageView): string {
  return update === null ? '' : ` at update ${countText(update)}`;
}
