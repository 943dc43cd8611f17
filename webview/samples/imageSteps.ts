import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';

/** Updates at which samples were drawn while training, rising. */
export function imageSteps(images: readonly ImageView[]): number[] {
  const updates = images.flatMap(({update}) => (update === null ? [] : [update]));
  return [...new Set(updates)].sort((a, b) => a - b);
}

/**
 * The picture of each model at a step: for a checkpoint the newest one up to it, and models without checkpoints (the base) always.
 * Null: the finished models, or the newest of one that is not finished.
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
