/** The number of images that the authors of the distance recommend at least (Heusel et al. 2017, github.com/bioinf-jku/TTUR). */
const advised = 10_000;

/**
 * Warnings about Fréchet distances between sets of these sizes. The distance is biased upwards, the more so the fewer the images, and the bias differs
 * from model to model. `reference` is Infinity where statistics do not say it. Empty when there are enough images.
 */
export function frechetWarnings(sets: {samples: number; reference: number; dimension: number}): string[] {
  const {samples, reference, dimension} = sets;
  const distances = `Fréchet distances of ${samples} samples to ${
    Number.isFinite(reference) ? `${reference} reference images` : 'statistics of an unknown number of images'
  }`;
  const fewest = Math.min(samples, reference);
  // The covariance of n vectors has a rank of at most n - 1.
  if (fewest <= dimension) {
    return [`${distances} are unreliable: a covariance of full rank needs more images than the ${dimension} features.`];
  }
  if (fewest >= advised) return [];
  return [
    `${distances} are biased upwards: compare them only with distances from equally many images, or use at least 10,000 of both.`,
  ];
}
