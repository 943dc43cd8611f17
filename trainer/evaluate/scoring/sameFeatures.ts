import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {ScoredSet} from './scoredSet.ts';

/** What made features, as far as it is known. */
export interface FeatureOrigin {
  /** Length of a vector; left out where only its network knows. */
  readonly dimension?: number;
  readonly network: Partial<FeatureNetworkRecord> | null;
}

/** Where the features of a set come from, and their length. */
export function originOf({source, network, features, statistics}: ScoredSet) {
  return {source, network, dimension: features?.dimension ?? statistics().mean.length};
}

/** Throws a UserError for a reference with features of another length, network, weights or preprocessing than those of the images. */
export function requireSameFeatures(images: FeatureOrigin, reference: FeatureOrigin & {readonly source: string}): void {
  const {dimension = reference.dimension} = images;
  if (dimension !== reference.dimension) {
    throw new UserError(
      'statistics-mismatch',
      `These are statistics of ${reference.dimension} features, and the images have ${dimension}.`,
      {
        where: reference.source,
        hint: 'Give statistics of the same network, or the reference images themselves.',
      },
    );
  }
  const [a, b] = [images.network, reference.network];
  const differing = (
    [
      ['network', a?.name, b?.name],
      ['weights', a?.weights?.sha256, b?.weights?.sha256],
      ['preprocessing', a?.preprocessing, b?.preprocessing],
    ] as const
  ).find(([, own, other]) => own !== undefined && other !== undefined && own !== other);
  if (differing === undefined) return;
  const [what, mine, theirs] = differing;
  throw new UserError(
    'statistics-mismatch',
    `These features were made with another ${what}: ${theirs} instead of ${mine}.`,
    {
      where: reference.source,
      hint: 'Measure both sets in the same way; their scores do not compare otherwise.',
    },
  );
}
