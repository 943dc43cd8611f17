import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {imagesAt} from '../samples/imageSteps.ts';

/** Two sample grids to compare: of the base, and of what the run has made of it so far. Null: not drawn yet. */
export interface BeforeAfter {
  readonly before: ImageView | null;
  readonly after: ImageView | null;
}

/** The grid of the base (else the earliest of the model that is shown beside it) and that of the merged model, else the newest of any other. */
export function beforeAfter(images: readonly ImageView[]): BeforeAfter {
  const newest = imagesAt(images, null);
  const base = newest.find(({model}) => model === 'base');
  const others = newest.filter(({model}) => model !== 'base').sort((a, b) => b.time - a.time);
  const after = others.find(({model}) => model === 'merged') ?? others[0] ?? null;
  const earliest = images
    .filter(({model, update}) => model === after?.model && update !== null && update !== after.update)
    .sort((a, b) => (a.update ?? 0) - (b.update ?? 0))[0];
  return {before: base ?? earliest ?? null, after};
}
