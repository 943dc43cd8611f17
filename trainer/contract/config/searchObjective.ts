/** What a search of merge weights makes as small as it can. */
export const searchObjectives = ['loss', 'frechet', 'kid', 'cmmd', 'both'] as const;
export type SearchObjective = (typeof searchObjectives)[number];

/** Distances of drawn images to training images, by the features of a network. */
export const distanceNames = ['frechet', 'kid', 'cmmd'] as const;
export type DistanceName = (typeof distanceNames)[number];

interface ObjectiveKind {
  /** For tables and sentences. */
  readonly name: string;
  /** What its numbers are. */
  readonly unit: string;
  /** Null for the held-out loss, which needs no images of the candidates. */
  readonly distance: DistanceName | null;
  /** Whether candidates are left out whose held-out loss is above that of the base by more than its standard error. */
  readonly limitsLoss: boolean;
}

/** The objectives of `merge.search` by name. */
export const objectiveKinds: Readonly<Record<SearchObjective, ObjectiveKind>> = {
  loss: {
    name: 'validation loss',
    unit: 'mean squared error of the prediction',
    distance: null,
    limitsLoss: false,
  },
  frechet: {
    name: 'Fréchet distance',
    unit: 'squared distance of the features of images to those of training images',
    distance: 'frechet',
    limitsLoss: false,
  },
  kid: {
    name: 'KID',
    unit: 'squared discrepancy of the features of images and training images under the kernel (x.y/d + 1)^3',
    distance: 'kid',
    limitsLoss: false,
  },
  cmmd: {
    name: 'CMMD',
    unit: '1000 times the squared discrepancy of the CLIP embeddings of images and training images',
    distance: 'cmmd',
    limitsLoss: false,
  },
  both: {
    name: 'Fréchet distance within the loss of the base',
    unit: 'squared distance of the features of images to those of training images',
    distance: 'frechet',
    limitsLoss: true,
  },
};
