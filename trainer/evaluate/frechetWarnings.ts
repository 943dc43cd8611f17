/** Below so many images, the authors of the distance advise against it (Heusel et al. 2017, github.com/bioinf-jku/TTUR). */
const advised = 10_000;

/**
 * What to know before a Fréchet distance between sets of these sizes is read: its bias grows as images get fewer, differently for every model. Nothing
 * where there are enough.
 */
export function frechetWarnings(sets: {samples: number; reference: number; dimension: number}): string[] {
  const {samples, reference, dimension} = sets;
  const distances = `Fréchet distances of ${samples} samples to ${reference} reference images`;
  const fewest = Math.min(samples, reference);
  // n vectors span at most n - 1 dimensions around their mean.
  if (fewest <= dimension) {
    return [`${distances} are unreliable: it takes more images than the ${dimension} features for a full covariance.`];
  }
  if (fewest >= advised) return [];
  return [
    `${distances} are biased upwards: compare them only with distances of as many images, or take at least 10,000.`,
  ];
}
