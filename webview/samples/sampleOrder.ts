import type {SampleOrder} from '../../trainer/contract/panel/panelPage.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import type {ImageDistances} from '../../trainer/contract/scores/imageDistances.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {numberText} from '../numberText.ts';

/** An order of the images of all grids, by the distances of one model. */
export interface ImageOrder {
  /** Numbers of the images, the first to be shown first. */
  readonly numbers: readonly number[];
  readonly distances: readonly number[];
}

/** Where an order takes its distances from, and whether the largest come first. */
const directions: Readonly<Record<Exclude<SampleOrder, 'number'>, readonly ['toBase' | 'toReal', number]>> = {
  'base-most': ['toBase', -1],
  'base-least': ['toBase', 1],
  'real-most': ['toReal', -1],
  'real-least': ['toReal', 1],
};

/** The models by whose distances images can be ordered so. */
export function orderModels(distances: ImageDistances, order: SampleOrder): string[] {
  return order === 'number' ? [] : Object.keys(distances[directions[order][0]]);
}

/** The chosen model, else the first by whose distances images can be ordered so; undefined: there is none. */
export function orderModelOf(distances: ImageDistances, order: SampleOrder, chosen: string): string | undefined {
  const models = orderModels(distances, order);
  return models.includes(chosen) ? chosen : models[0];
}

/** Null: by number, or there are no such distances of the model. Of equal distances the smaller number comes first. */
export function imageOrder(distances: ImageDistances | null, order: SampleOrder, model: string): ImageOrder | null {
  if (distances === null || order === 'number') return null;
  const [from, sign] = directions[order];
  const own = distances[from][model];
  if (own === undefined) return null;
  const numbers = own.map((_, i) => i).sort((i, j) => sign * ((own[i] ?? 0) - (own[j] ?? 0)) || i - j);
  return {numbers, distances: numbers.map((i) => own[i] ?? NaN)};
}

const shown = 8;

/** What an order means, with the numbers of the first images, for all who cannot tell it from the pictures. */
export function orderText(
  {numbers, distances}: ImageOrder,
  {network, real}: ImageDistances,
  {order, model, ranges}: {readonly order: SampleOrder; readonly model: string; readonly ranges: Ranges},
): string {
  const title = stageTitle(model, ranges);
  const what = order.startsWith('base')
    ? `images of ${title} to those of the base from the same noise`
    : `images of ${title} to the nearest of ${countText(real)} real ones`;
  const first = numbers.slice(0, shown).map((number, i) => `${countText(number)} (${numberText(distances[i])})`);
  const more = numbers.length > shown ? ' …' : '';
  return `In the order of the distance of ${what}, between their features by ${network}: ${first.join(', ')}${more}`;
}
