import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';

/** Updates at which samples were drawn during training, in ascending order. */
export function imageSteps(images: readonly ImageView[]): number[] {
  const updates = images.flatMap(({update}) => (update === null ? [] : [update]));
  return [...new Set(updates)].sort((a, b) => a - b);
}

/**
 * The sample grid of each model at an update: the newest up to it. A model without checkpoints, as the base, has one grid for all updates.
 * For null: the grid of the finished model, or the newest while it is still training.
 */
export function imagesAt(images: readonly ImageView[], step: number | null): ImageView[] {
  const models = [...new Set(images.map(({model}) => model))];
  return models.flatMap((model) => {
    const own = images.filter((image) => image.model === model);
    const finished = own.find(({update}) => update === null);
    const trained = own.filter(({update}) => update !== null && (step === null || update <= step));
    const newest = trained.reduce<ImageView | undefined>(
      (best, image) => (best === undefined || (image.update ?? 0) > (best.update ?? 0) ? image : best),
      undefined,
    );
    const hasCheckpoints = own.some(({update}) => update !== null);
    const shown = step === null || !hasCheckpoints ? (finished ?? newest) : newest;
    return shown === undefined ? [] : [shown];
  });
}

/**
 * The base as it drew the samples that a picture is to be compared with. A training may draw by another sampler than an evaluation: its own
 * picture before the first update is the base, drawn in its way. Undefined: the base has not been drawn.
 */
export function baseOf({model, update}: ImageView, images: readonly ImageView[]): ImageView | undefined {
  const before = update === null ? undefined : images.find((image) => image.model === model && image.update === 0);
  return before ?? images.find((image) => image.model === 'base' && image.update === null);
}
