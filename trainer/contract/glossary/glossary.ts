/** A word of reports and the panel that a reader may not know. */
interface GlossaryEntry {
  /** One or two plain sentences. */
  readonly meaning: string;
}

/** Terms in the order of the alphabet. Panel and docs have them from here. */
export const glossary = {
  baseline: {
    meaning:
      'A model trained by another method of the literature, on the same images with the same number of updates, to compare with.',
  },
  breadcrumbs: {
    meaning:
      'A way to merge that drops the largest elements of each task vector as outliers and the smallest as noise (Davari and Belilovsky, 2024).',
  },
  checkpoint: {
    meaning:
      'All that a training needs to go on from an update: weights, their EMA and the moments of the optimizer. Only the newest are kept.',
  },
  'CLIP score': {
    meaning:
      'How well images fit their prompts: 100 times the mean cosine between the embeddings of both by CLIP. Higher is better.',
  },
  'CMA-ES': {
    meaning:
      'A search that draws candidates from a normal distribution and moves and stretches it towards the better ones, for functions that are no simple bowl.',
  },
  CMMD: {
    meaning:
      'A distance between two sets of images by their CLIP embeddings that assumes no normal distribution (Jayasumana et al., 2024). Lower is better.',
  },
  'consistency loss': {
    meaning:
      'How far the prediction of an expert lies from that of the frozen base on the same noisy image. It keeps the expert near the base outside its own timesteps.',
  },
  DARE: {
    meaning:
      'A way to merge that drops elements of each task vector at random and scales the others up, so that experts disturb each other less (Yu et al., 2024).',
  },
  'denoising loss': {
    meaning:
      'The mean squared error of the predicted noise (or of what the model predicts instead). It is what a diffusion model is trained for.',
  },
  EMA: {
    meaning:
      'Exponential moving average: an average of the weights over the last updates of a training. It is smoother than the last weights, and it is what is merged.',
  },
  ensemble: {
    meaning:
      'All experts together, each for the timesteps that it was trained on: what merging tries to reach with a single network.',
  },
  expert: {
    meaning: 'A copy of the base that was finetuned for one range of timesteps.',
  },
  'feature network': {
    meaning:
      'A network that turns an image into numbers by which images are compared, such as Inception. Scores by different networks are no comparison.',
  },
  FID: {
    meaning:
      'Fréchet Inception distance: the Fréchet distance by the features of the Inception network, the usual score of generated images.',
  },
  'Fréchet distance': {
    meaning:
      'The distance between two sets of images, as if the features of each were spread normally: of their means and of their covariances. Lower is better, and fewer images make it larger.',
  },
  'held-out loss': {
    meaning:
      'The denoising loss on images that no training has seen, with the same images, noise and timesteps for every model. Lower is better.',
  },
  'inception score': {
    meaning:
      'How surely a classifier names each image, and how many different things it names. It looks at no real images. Higher is better.',
  },
  KID: {
    meaning:
      'Kernel Inception distance: a distance between two sets of images that few images do not make larger. Sets of one kind get about 0, as often below as above it. Lower is better.',
  },
  lambda: {
    meaning: 'A factor of the whole merged task vector: 0 is the base, 1 the merge as its weights say.',
  },
  LCSC: {
    meaning:
      'Linear combination of saved checkpoints: a search for a weight of each of the last checkpoints of a training, instead of taking the last (Liu et al., 2025).',
  },
  'merged model': {
    meaning:
      'One network made of the base and the task vectors of all experts. It costs as much as the base to draw with.',
  },
  'Model Stock': {
    meaning:
      'A way to merge without weights: the mean of the experts, drawn towards the base as far as the angles between their task vectors say (Jang et al., 2024).',
  },
  'ordinary finetune': {
    meaning:
      'The same base finetuned on all timesteps, with as many updates as all experts together. If merging is worth it, it beats this.',
  },
  'paired difference': {
    meaning:
      'The mean of the differences image by image, where both models had the same images and noise. What both have in common falls out, so that smaller differences can be told from noise.',
  },
  precision: {
    meaning:
      'The share of drawn images that lie among the real ones, by their features: how good they are. Higher is better.',
  },
  'probability p': {
    meaning:
      'How often an expert draws a timestep from all of them instead of its own range (decouple.probability), so that it forgets the others less.',
  },
  projection: {
    meaning:
      'A matrix over the channels after a block, which starts as the identity and gives each expert room to differ. Where it can be folded into the layer before it, the merged model needs it no more.',
  },
  'quadratic fit': {
    meaning: 'A quadratic function through the losses of the candidates so far; its lowest point is tried next.',
  },
  racing: {
    meaning:
      'Comparing candidates by few images first and giving more images only to those that are still among the best, which saves drawing.',
  },
  recall: {
    meaning:
      'The share of real images that lie among the drawn ones, by their features: how many kinds of them the model can draw. Higher is better.',
  },
  slerp: {
    meaning: 'A way from the base to one expert along the sphere instead of the straight line (Shoemake, 1985).',
  },
  snapshot: {
    meaning: 'Weights that the training of an expert keeps on its way as a model of its own (decouple.snapshots).',
  },
  'standard error': {
    meaning:
      'How far a measured mean is likely to be off because it is of few images. A difference below two standard errors is called noise here.',
  },
  'task arithmetic': {
    meaning:
      'The plain way to merge: the base plus a weighted sum of the task vectors of the experts (Eq. 8 of the paper).',
  },
  'task vector': {
    meaning: 'What a finetune has changed: its weights minus those of the base.',
  },
  TIES: {
    meaning:
      'A way to merge that keeps the largest elements of each task vector, lets the experts vote on the sign of each, and averages those that agree (Yadav et al., 2023).',
  },
  timestep: {
    meaning: 'How noisy an image is on its way from pure noise (the last timestep) to an image (timestep 0).',
  },
  update: {
    meaning: 'One step of the optimizer, on one batch of images, or on several with accumulation.',
  },
} as const satisfies Record<string, GlossaryEntry>;

export type GlossaryTerm = keyof typeof glossary;
export const glossaryTerms = Object.keys(glossary) as GlossaryTerm[];

/** The term that a text begins with, as `KID` of a score or `Held-out loss` of a heading; undefined where it is none of the glossary's. */
export function termIn(text: string): GlossaryTerm | undefined {
  const [longest] = glossaryTerms
    .filter((term) => new RegExp(`^${term}(?![\\p{L}\\p{N}-])`, 'iu').test(text))
    .sort((a, b) => b.length - a.length);
  return longest;
}
