import * as z from 'zod';
import {ProjectionMode} from '../model/projectionMode.ts';
import {WeightsFormat} from '../model/weightsFormat.ts';
import {BaselinesConfig} from './baselines.ts';
import {DataConfig} from './dataConfig.ts';
import {LaunchConfig} from './launchConfig.ts';
import {EvaluateConfig} from './evaluateConfig.ts';
import {MatrixConfig} from '../matrix/matrixConfig.ts';
import {MergeConfig} from './merge/mergeConfig.ts';
import {SamplerOverrides, SchedulerConfig} from '../model/schedulerConfig.ts';
import {ExperimentName} from '../run/runId.ts';
import {Precision} from './precision.ts';
import {searchDistance, searchNetwork} from './searchDistance.ts';
import {checkpointsProblem} from './snapshots/searchedUpdates.ts';
import {SnapshotsConfig} from './snapshots/snapshots.ts';
import {trainingFields} from './training.ts';
import {networkLayers, networkWidth} from '../model/networkSizes.ts';
import {UNet2DConditionConfig} from '../model/unet2dConditionConfig.ts';
import {UNet2DConfig} from '../model/unet2dConfig.ts';

const probability = z.number().min(0).max(1);

/** Decouple: how the experts are finetuned. Paper: Decouple-Then-Merge, CVPR 2025, Eq. 3 to 6. */
export const DecoupleConfig = z
  .strictObject({
    ranges: z
      .int()
      .min(1)
      .optional()
      .describe('Number of equal timestep ranges, one expert each (4 when edges are not given either).'),
    edges: z
      .array(z.int().min(0))
      .min(2)
      .optional()
      .describe('Explicit range edges from 0 to the number of training timesteps, e.g. [0, 250, 500, 1000].'),
    probability: probability
      .default(0.3)
      .describe('Probability of a draw from all timesteps instead of the own range.'),
    consistency: z.number().min(0).default(1).describe('Weight of the consistency loss against the frozen original.'),
    teacherPrecision: Precision.optional().describe(
      'Number format in which the frozen original predicts for the consistency loss; bf16 beside f32 for the expert saves up to a fifth of the time; default: that of `precision`.',
    ),
    projection: ProjectionMode.default('full').describe(
      'Channel-wise projections: on every block (full), only where they fold into a stock model (stock-compatible), or none (off).',
    ),
    snapshots: SnapshotsConfig.optional().describe(
      'Keep weights of each expert (EMA where it is on) on the way, for merge.search.checkpoints; left out: none.',
    ),
    start: z
      .array(z.string().min(1).nullable())
      .optional()
      .describe(
        'Weights that the experts start from, one for each: an expert or snapshot of another run (a model folder), or a checkpoint of its training (the EMA where it has one); null or left out: the base.',
      ),
    ...trainingFields,
  })
  .refine((decouple) => decouple.ranges === undefined || decouple.edges === undefined, {
    message: 'give either ranges or edges, not both',
    path: ['edges'],
  })
  .refine((decouple) => decouple.edges?.every((edge, i, all) => i === 0 || edge > (all[i - 1] ?? 0)) ?? true, {
    message: 'edges must rise',
    path: ['edges'],
  })
  .refine((decouple) => decouple.start === undefined || decouple.start.length === expertCount(decouple), {
    message: 'give one for each expert; null starts an expert from the base',
    path: ['start'],
  });
export type DecoupleConfig = z.infer<typeof DecoupleConfig>;

/** A text encoder in CLIP's format that is drawn at random and stays as it is, as wide as the network's cross-attention. */
export const NewTextConfig = z.strictObject({
  words: z
    .array(z.string().regex(/^\p{L}+$/u, 'one word of letters'))
    .min(1)
    .max(10_000)
    .describe('Words that are one token each; all others are spelled in letters.'),
  length: z.int().min(3).max(1024).default(16).describe('Tokens that a text is cut and filled up to.'),
  layers: networkLayers.default(1).describe('Layers of the encoder.'),
  heads: networkWidth.default(4).describe('Attention heads, which divide the cross_attention_dim of the model.'),
});
export type NewTextConfig = z.infer<typeof NewTextConfig>;

/** Pretraining of a base from random weights with the same loop: one range, no teacher. */
export const PretrainConfig = z.strictObject({
  model: z
    .discriminatedUnion('_class_name', [
      UNet2DConfig,
      UNet2DConditionConfig.extend({_class_name: z.literal('UNet2DConditionModel')}),
    ])
    .describe('unet/config.json of the model to train.'),
  text: NewTextConfig.optional().describe(
    'Tokenizer and text encoder of a UNet2DConditionModel: made for a small vocabulary, and not trained.',
  ),
  scheduler: SchedulerConfig.extend(SamplerOverrides.shape)
    .prefault({})
    .describe('scheduler_config.json of the model to train.'),
  dtype: WeightsFormat.default('F32').describe('Number format of the written weights.'),
  ...trainingFields,
});
export type PretrainConfig = z.infer<typeof PretrainConfig>;

export const engineNames = ['auto', 'tensorflow', 'webgpu', 'wasm'] as const;
export type EngineChoice = (typeof engineNames)[number];

export const devices = ['auto', 'gpu', 'cpu'] as const;
export type DeviceChoice = (typeof devices)[number];

/** How the webgpu engine can compute the gradient of a convolution with respect to its filter. */
export const filterGradients = ['built-in', 'im2col'] as const;
export type FilterGradient = (typeof filterGradients)[number];

export const EngineConfig = z.strictObject({
  name: z
    .enum(engineNames)
    .default('auto')
    .describe('Which engine computes; auto takes the best one that works and reports it.'),
  device: z
    .enum(devices)
    .optional()
    .describe('gpu: only on a GPU; cpu: never on a GPU; auto (the default): on a GPU where there is one.'),
  threads: z.int().min(1).optional().describe('Threads of one process (tensorflow).'),
  processes: z
    .int()
    .min(1)
    .optional()
    .describe('Experts trained at once; left out: one for each GPU, else as many as cores and memory allow.'),
  memory: z
    .number()
    .positive()
    .optional()
    .describe('Gigabytes that a training process may need before the run is refused; left out: what the machine has.'),
  filterGradient: z
    .enum(filterGradients)
    .optional()
    .describe(
      'How webgpu computes the gradient of a convolution with respect to its filter (default: built-in); `deme engine bench` shows which is faster.',
    ),
  allowSoftware: z
    .boolean()
    .optional()
    .describe('Let webgpu compute on an adapter that is a program on the CPU: about a hundred times slower than wasm.'),
});
export type EngineConfig = z.infer<typeof EngineConfig>;

/** One expert that was trained before, for a config that only merges. */
export const ExpertSource = z.strictObject({
  model: z.string().describe('A diffusers folder or a bare safetensors file.'),
  range: z
    .tuple([z.int().min(0), z.int().min(1)])
    .optional()
    .describe('Its timesteps [low, high).'),
});
export type ExpertSource = z.infer<typeof ExpertSource>;

/** The whole of a `*.deme.yaml`. Paths are relative to the file. */
export const DemeConfig = z
  .strictObject({
    name: ExperimentName.describe('Name of the experiment; run folders are named after it.'),
    base: z
      .string()
      .min(1)
      .optional()
      .describe('The pretrained model: a diffusers folder, or owner/name of a hub model fetched by `deme fetch`.'),
    data: DataConfig.optional(),
    pretrain: PretrainConfig.optional().describe('Train a base from random weights (`deme pretrain`).'),
    decouple: DecoupleConfig.optional().describe('Finetune the experts.'),
    experts: z.array(ExpertSource).min(1).optional().describe('Experts that exist already, instead of decouple.'),
    ordinary: z
      .boolean()
      .default(false)
      .describe('Also finetune one ordinary model on all timesteps for the same total of updates, for comparison.'),
    baselines: BaselinesConfig.optional(),
    merge: MergeConfig.optional().describe('Merge the experts.'),
    evaluate: EvaluateConfig.optional().describe('Measure base, experts, ensemble and merged model.'),
    matrix: MatrixConfig.optional(),
    engine: EngineConfig.prefault({}).describe('What the run computes with.'),
    launch: LaunchConfig.optional().describe(
      'Where the stages run: left out, on this machine, all in processes of one owner; else as jobs of a scheduler.',
    ),
    output: z.string().min(1).default('.deme/runs').describe('Folder of the run folders.'),
    report: z
      .string()
      .min(1)
      .optional()
      .describe('Folder that receives a copy of the report; left out: only the run folder has it.'),
  })
  .superRefine((config, context) => {
    const issue = (path: string, message: string) => context.addIssue({code: 'custom', path: [path], message});
    if (config.decouple && config.experts) issue('experts', 'give either decouple or experts, not both');
    if (!config.pretrain && !config.base)
      issue('base', 'a base model is required (only a config with pretrain may go without)');
    if (config.decouple && !config.data) issue('decouple', 'decouple needs data');
    if (config.pretrain && !config.data) issue('pretrain', 'pretrain needs data');
    const {text, model} = config.pretrain ?? {};
    if ((text !== undefined) !== (model?._class_name === 'UNet2DConditionModel'))
      context.addIssue({
        code: 'custom',
        path: ['pretrain', 'text'],
        message: 'a UNet2DConditionModel needs it, no other has it',
      });
    if (config.evaluate && !config.data) issue('evaluate', 'evaluate needs data');
    if (config.merge && !config.merge.weights && !config.data)
      issue('merge', 'a search needs data (validation images)');
    if (config.merge && !config.decouple && !config.experts) issue('merge', 'merge needs decouple or experts');
    if (config.ordinary && !config.decouple) issue('ordinary', 'ordinary needs decouple, whose settings it takes over');
    if (config.matrix && !config.evaluate) issue('matrix', 'a matrix needs evaluate, whose scores fill its table');
    if (config.baselines && !config.decouple)
      issue('baselines', 'baselines need decouple, whose settings they take over');
    if (config.merge?.search?.confirm && (config.evaluate?.features ?? 'none') === 'none') {
      const path = ['merge', 'search', 'confirm'];
      context.addIssue({code: 'custom', path, message: 'confirm needs evaluate.features, which say what is compared'});
    }
    const unkept = checkpointsProblem(config);
    if (unkept !== null) context.addIssue({code: 'custom', path: ['merge', 'search', 'checkpoints'], message: unkept});
    const distance = searchDistance(config);
    if (distance !== null && searchNetwork(config) === null) {
      const needed = distance === 'cmmd' ? 'evaluate.features with clip' : 'evaluate.features';
      const message = `a search by distance needs ${needed}, which say what is compared`;
      context.addIssue({code: 'custom', path: ['merge', 'search', 'objective'], message});
    }
    const experts = config.experts?.length ?? (config.decouple ? expertCount(config.decouple) : undefined);
    const weights = config.merge?.weights?.length;
    if (weights !== undefined && experts !== undefined && weights !== experts) {
      context.addIssue({
        code: 'custom',
        path: ['merge', 'weights'],
        message: `${experts} experts need ${experts} weights, but ${weights} are given`,
      });
    }
  });
export type DemeConfig = z.infer<typeof DemeConfig>;

/** Number of experts that a decouple section asks for. */
export function expertCount(decouple: {
  readonly edges?: readonly number[] | undefined;
  readonly ranges?: number | undefined;
}): number {
  return decouple.edges ? decouple.edges.length - 1 : (decouple.ranges ?? 4);
}
