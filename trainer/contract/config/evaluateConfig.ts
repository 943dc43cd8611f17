import * as z from 'zod';
import {featureNetworkNames, type FeatureNetworkName} from '../model/featureNetwork.ts';
import {SamplerOverrides} from '../model/schedulerConfig.ts';
import {schedulerKeys} from '../model/schedulerSettings.ts';
import {Precision} from './precision.ts';
import {samplers, samplerSchedulers, type SamplerName} from './samplerName.ts';

/** `s_churn` and its companions, by the names of Karras et al. 2022, algorithm 2. */
export const ChurnConfig = z.strictObject({
  s_churn: z.number().min(0).describe('How much, over all steps.'),
  s_tmin: z.number().min(0).default(0).describe('Smallest noise level at which it is added.'),
  s_tmax: z.number().min(0).default(1e9).describe('Largest noise level at which it is added.'),
  s_noise: z.number().min(0).default(1).describe('Factor of its deviation.'),
});

interface NamedSettings {
  readonly sampler?: SamplerName;
  readonly scheduler?: SamplerOverrides;
}

/** Refuses settings that the named sampler does not have. Without a name, it is the model that decides. */
export function checkSamplerSettings({sampler, scheduler = {}}: NamedSettings, context: z.RefinementCtx): void {
  if (sampler === undefined) return;
  const own: readonly string[] = schedulerKeys(samplerSchedulers[sampler]);
  for (const key of Object.keys(scheduler).filter((key) => !own.includes(key))) {
    const message = `the sampler ${sampler} has no such setting, only ${own.join(', ')}`;
    context.addIssue({code: 'custom', path: ['scheduler', key], message});
  }
}

/** A file with prompts. */
export const PromptFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('A line for each prompt (.txt), a list of them (.json), or a table (.csv, .tsv, .jsonl).'),
  column: z
    .string()
    .optional()
    .describe('Column of the prompts in a table; left out: the first that is called like one.'),
  limit: z.int().min(1).optional().describe('How many of them; left out: all.'),
  seed: z.int().min(0).optional().describe('Seed of which of them are taken; left out: the first.'),
});
export type PromptFile = z.infer<typeof PromptFile>;

export const SamplingConfig = z
  .strictObject({
    sampler: z
      .enum(samplers)
      .optional()
      .describe("Which sampler draws the images; left out: that of the model's scheduler, and DDIM for DDPM's."),
    steps: z.int().min(1).default(50).describe('Sampling steps.'),
    eta: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Noise that DDIM adds: 0 for none (deterministic), 1 for as much as DDPM.'),
    scheduler: SamplerOverrides.optional().describe(
      "Settings of the sampler by diffusers' names, in place of those of the model's scheduler_config.json.",
    ),
    use_clipped_model_output: z
      .boolean()
      .optional()
      .describe('Whether DDIM computes the noise again from the clipped image.'),
    churn: ChurnConfig.optional().describe('Noise that Euler adds before each step (Karras et al. 2022).'),
    prompts: z
      .union([
        z
          .array(
            z
              .string()
              .meta({examples: ['a photo of an astronaut riding a horse on mars', 'a bold seven, tilted left']}),
          )
          .min(1),
        z.string().min(1),
        PromptFile,
      ])
      .optional()
      .describe(
        'What models with a text encoder draw: texts, or a file of them; left out: the first captions of held-out images.',
      ),
    negative: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('What to keep away from: one text for all prompts, or one for each; left out: the empty one.'),
    guidance: z
      .number()
      .min(0)
      .max(1000)
      .optional()
      .describe(
        'How far past the prediction with the prompt (classifier-free guidance); left out: 7.5, up to 1: none.',
      ),
    guidanceRescale: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('How much of the contrast that guidance adds is taken back (Lin et al. 2024).'),
    seed: z.int().min(0).default(0).describe('Seed of the starting noise; the same for every model.'),
    batch: z.int().min(1).default(32).describe('Images drawn at once.'),
    precision: Precision.optional().describe(
      'Number format in which the network predicts (TensorFlow only): bf16 is up to twice as fast, and moves the images a little; left out: f32.',
    ),
  })
  .superRefine(checkSamplerSettings);
export type SamplingConfig = z.infer<typeof SamplingConfig>;

const ReferencePath = z
  .string()
  .min(1)
  .meta({examples: ['data/coco-val2014-256', 'VIRTUAL_imagenet256_labeled.npz']});

const ReferencePaths = z.strictObject({
  digits: ReferencePath.optional(),
  inception: ReferencePath.optional(),
  clip: ReferencePath.optional(),
  dinov2: ReferencePath.optional(),
} satisfies Record<FeatureNetworkName, unknown>);

const EvaluateSettings = z.strictObject({
  heldOut: z
    .strictObject({
      images: z.int().min(2).default(256).describe('Test images.'),
      timesteps: z.int().min(1).default(4).describe('Timesteps per image and range.'),
      seed: z.int().min(0).default(1).describe('Seed of noise and timesteps.'),
    })
    .prefault({})
    .describe('Per-range held-out loss.'),
  sampling: SamplingConfig.prefault({}).describe('How images are drawn.'),
  grid: z.int().min(0).default(64).describe('Images in the sample grid of each model.'),
  features: z
    .union([z.enum([...featureNetworkNames, 'none']), z.array(z.enum(featureNetworkNames)).min(1)])
    .default('none')
    .describe(
      'Feature space of Fréchet distance and KID: the bundled digit classifier, a network whose weights lie in the cache, a list of such networks, or none.',
    ),
  reference: z
    .union([ReferencePath, ReferencePaths])
    .optional()
    .describe(
      'What these are compared with: a folder, tar or parquet file of images, or statistics (.npz) of pytorch-fid or of the ADM evaluator, for all networks or by their names; left out: the test images of `data`. Statistics have neither KID nor precision and recall.',
    ),
  experts: z
    .boolean()
    .optional()
    .describe(
      'false: each expert by itself is neither measured nor drawn, which is half of the work; left out: it is, as the other models are.',
    ),
  samples: z.int().min(2).default(256).describe('Images drawn from each model for Fréchet distance and KID.'),
  shards: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Into how many stages the drawing of these is shared, which may run at once; left out: the evaluation draws them itself. The numbers are the same.',
    ),
  keep: z
    .array(z.enum(['features', 'images', 'tar']))
    .optional()
    .describe(
      'What of them stays in the run besides statistics; left out: the features. KID needs these; images are PNGs in a folder, tar is one file of them.',
    ),
});

export const EvaluateConfig = EvaluateSettings.superRefine(({features, reference}, context) => {
  const names = featureNames(features);
  const unused = typeof reference === 'object' ? Object.keys(reference) : [];
  for (const name of unused.filter((name) => !names.some((known) => known === name))) {
    const message = `evaluate.features has no ${name}, so nothing is compared with this`;
    context.addIssue({code: 'custom', path: ['reference', name], message});
  }
  if (reference === undefined || names.length > 0) return;
  const message = 'nothing is compared with this where evaluate.features is none';
  context.addIssue({code: 'custom', path: ['reference'], message});
});
export type EvaluateConfig = z.infer<typeof EvaluateConfig>;

/** The prompts that stand in a config; undefined where there are none, or a file of them. */
export function listedPrompts({prompts}: Pick<SamplingConfig, 'prompts'>): readonly string[] | undefined {
  return Array.isArray(prompts) ? prompts : undefined;
}

/** The file of the prompts of a config; null where there is none. */
export function promptFileOf({prompts}: Partial<Pick<SamplingConfig, 'prompts'>>): PromptFile | null {
  if (prompts === undefined || Array.isArray(prompts)) return null;
  return typeof prompts === 'string' ? {file: prompts} : prompts;
}

/** The networks that `evaluate.features` names, each once. */
export function featureNames(features: EvaluateConfig['features'] = 'none'): readonly FeatureNetworkName[] {
  if (typeof features !== 'string') return [...new Set(features)];
  return features === 'none' ? [] : [features];
}

/** What the samples are compared with by a network, relative to the config; null: the test images. */
export function referencePath({reference}: Pick<EvaluateConfig, 'reference'>, name: FeatureNetworkName): string | null {
  return (typeof reference === 'string' ? reference : reference?.[name]) ?? null;
}

/** Which of the files of an evaluation hold what a network made: null where there is one network, whose files need no name. */
export function featureFileNames(features?: EvaluateConfig['features']): readonly (FeatureNetworkName | null)[] {
  const names = featureNames(features);
  return names.length === 1 ? [null] : names;
}

/** Whether the images of each model stay in the run: as PNGs in a folder, in a tar file, or both. */
export function keptImages({keep = []}: Pick<EvaluateConfig, 'keep'>): {folder: boolean; tar: boolean} {
  return {folder: keep.includes('images'), tar: keep.includes('tar')};
}

/** Images of each model whose features are measured, or which are kept. */
export function measuredCount(config: EvaluateConfig): number {
  const {folder, tar} = keptImages(config);
  return featureNames(config.features).length > 0 || folder || tar ? config.samples : 0;
}
