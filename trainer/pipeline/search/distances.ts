import type {DistanceName} from '../../contract/config/searchObjective.ts';
import {cmmd, similarity} from '../../evaluate/cmmd.ts';
import {rowsFrom, type FeatureRows} from '../../evaluate/featureRows.ts';
import {statisticsOf} from '../../evaluate/featureStatistics.ts';
import {frechetDistance} from '../../evaluate/frechet.ts';
import {kidEstimate, kidSettings} from '../../evaluate/kid.ts';

/** The distance of images by their features; NaN where these are not all finite numbers. */
export type DistanceTo = (images: FeatureRows) => Promise<number>;

/** Makes the distances to a reference, of which what all of them need is computed once. */
const distances: Readonly<Record<DistanceName, (reference: FeatureRows) => Promise<DistanceTo>>> = {
  frechet: (reference) => {
    const real = statisticsOf(reference);
    return Promise.resolve((images) => Promise.resolve(frechetDistance(statisticsOf(images), real)));
  },
  kid: (reference) =>
    Promise.resolve((images) =>
      Promise.resolve(kidEstimate(images, reference, kidSettings(images.count, reference.count)).mean),
    ),
  cmmd: async (reference) => {
    const own = await similarity(reference, reference);
    return (images) => cmmd(images, reference, own);
  },
};

/** The distance of this name to a reference. */
export async function distanceTo(name: DistanceName, reference: FeatureRows): Promise<DistanceTo> {
  const distance = await distances[name](reference);
  return async (images) => (rowsFrom(images).values.every(Number.isFinite) ? distance(images) : NaN);
}
