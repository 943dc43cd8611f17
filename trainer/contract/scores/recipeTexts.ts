import * as z from 'zod';
import {FeatureNetworkRecord} from '../model/featureNetwork.ts';
import {usualGuidance} from '../run/promptGrid.ts';
import type {Report} from '../run/report.ts';

/** The parts of a report's recipe that its tables name. Reports of any version have some of them. */
const Recipe = z.looseObject({
  heldOut: z.looseObject({images: z.number(), timesteps: z.number(), seed: z.number()}).nullish().catch(null),
  sampling: z
    .looseObject({
      images: z.number(),
      sampler: z.string().optional(),
      steps: z.number(),
      eta: z.number().optional(),
      guidance: z.number().optional(),
      precision: z.string().optional(),
      prompts: z.unknown().optional(),
      seed: z.number(),
    })
    .nullish()
    .catch(null),
  featureNetwork: FeatureNetworkRecord.nullish().catch(null),
  featureNetworks: z.array(FeatureNetworkRecord.nullable()).optional().catch(undefined),
  reference: z.looseObject({images: z.number().nullable()}).nullish().catch(null),
  kid: z.looseObject({subsets: z.number(), subsetSize: z.number()}).nullish().catch(null),
});

/** How the numbers of a report were measured, in short. */
export interface RecipeTexts {
  readonly heldOut: string;
  /** Of samples measured by a network against a reference (left out: the test images), or null for a score that needs none. */
  drawn(network: string, reference: string | undefined | null): string;
  /** The error of KID. */
  readonly kidError: string;
  /** The network of a report that has only one. */
  readonly firstNetwork: string | undefined;
}

/** @param given the recipe of a report, of which parts may be missing */
export function recipeTexts(given: Report['recipe']): RecipeTexts {
  const {heldOut, sampling, featureNetwork, featureNetworks, reference, kid} = Recipe.parse(given);
  const records = [...(featureNetworks ?? []), featureNetwork].flatMap((record) => record ?? []);
  const images = samplingText(sampling);
  return {
    heldOut: heldOut
      ? `${heldOut.images} test images, ${heldOut.timesteps} timestep${heldOut.timesteps === 1 ? '' : 's'} of each in each range, seed ${heldOut.seed}; ± a standard error over the images`
      : '± a standard error over the images',
    drawn(network, against) {
      const record = records.find(({name}) => name === network);
      const by = record ? `${network}, weights ${record.weights.sha256.slice(0, 12)}` : network;
      const testImages = reference?.images ? `${reference.images} test images` : 'the test images';
      return [...images, `by ${by}`, ...(against === null ? [] : [`against ${against ?? testImages}`])].join(', ');
    },
    kidError: kidErrorText(kid, [sampling?.images, reference?.images]),
    firstNetwork: featureNetwork?.name,
  };
}

/** Subsets of all images are all the same. */
function kidErrorText(kid: z.infer<typeof Recipe>['kid'], counts: readonly (number | null | undefined)[]): string {
  if (!kid) return '± a standard error over subsets of the images';
  const {subsets, subsetSize} = kid;
  if (counts.every((count) => count === subsetSize)) return 'no error, since each subset has all images';
  return `± a standard error over ${subsets} subsets of ${subsetSize} images`;
}

function samplingText(sampling: z.infer<typeof Recipe>['sampling']): string[] {
  if (!sampling) return [];
  const {images, sampler, steps, eta, prompts, precision = 'f32', seed} = sampling;
  const guidance = sampling.guidance ?? (prompts === undefined ? undefined : usualGuidance);
  return [
    `${images} images`,
    `${sampler ?? "the model's sampler"} in ${steps} steps`,
    ...(eta ? [`eta ${eta}`] : []),
    ...(guidance === undefined ? [] : [`guidance ${guidance}`]),
    ...(precision === 'f32' ? [] : [`in ${precision}`]),
    `seed ${seed}`,
  ];
}
