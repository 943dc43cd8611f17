import {stat} from 'node:fs/promises';
import {basename} from 'node:path';
import {EngineConfig} from '../../contract/config/config.ts';
import type {ModelRecord} from '../../contract/run/records.ts';
import type {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {trainingKeys} from '../../contract/model/schedulerSettings.ts';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {TrainingConfig} from '../../contract/config/training.ts';
import type {NetworkConfig} from '../../contract/model/networkConfig.ts';
import {isProjection} from '../../contract/model/projectionName.ts';
import {architectureOf} from '../../models/architectures.ts';
import {memoryByEngine, type EngineEstimate} from '../../pipeline/resources/memoryByEngine.ts';
import type {TrainingNeeds} from '../../pipeline/resources/memoryEstimate.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {extendedClass} from '../../store/weights/modelConfigs.ts';
import {readModelFolder} from '../../store/weights/modelFolder.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {elementCount, type TensorReader} from '../../store/weights/tensorReader.ts';
import {configsOfCheckpoint} from '../../store/weights/singleFile/configs.ts';
import {networkOf, openSingleFile} from '../../store/weights/singleFile/readSingleFile.ts';
import {checkpointComponents, countEach, type ComponentSummary} from './checkpointComponents.ts';

/** Part of a network: `down_blocks.0`, `mid_block`, `conv_in` … */
export interface BlockSummary {
  readonly name: string;
  readonly tensors: number;
  readonly parameters: number;
}

/** What `deme inspect` prints; class, scheduler and record are null for a bare weights file. Counts are those of the network. */
export interface ModelSummary {
  readonly path: string;
  /** Left out for folders and bare weights files. */
  readonly singleFile?: SingleFileSummary;
  readonly class: string | null;
  readonly parameters: number;
  readonly tensors: number;
  readonly projections: number;
  readonly format: 'safetensors' | 'PyTorch';
  /** Tensors in each number format. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly files: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  readonly blocks: readonly BlockSummary[];
  readonly scheduler: SchedulerSummary | null;
  readonly record: ModelRecord | null;
  /** Of an expert's training with default settings, for each engine; null where the config names no image size, or what is not supported. */
  readonly training: TrainingMemory | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a single-file checkpoint holds. */
export interface SingleFileSummary {
  readonly kind: 'Stable Diffusion 1' | 'Stable Diffusion 2';
  readonly components: readonly ComponentSummary[];
}

export interface TrainingMemory {
  readonly needs: Pick<TrainingNeeds, 'batch' | 'size'>;
  readonly engines: readonly EngineEstimate[];
}

export interface SchedulerSummary {
  readonly class: string;
  readonly timesteps: number;
  readonly predictionType: string;
  readonly betaSchedule: string;
  readonly betaStart: number;
  readonly betaEnd: number;
}

/** Reads configs and headers, and the weights once for their hash; nothing is computed. */
export async function summariseModel(path: string): Promise<ModelSummary> {
  if (!(await fileExists(path))) {
    const hint = 'Give a diffusers folder or a weights file.';
    throw new UserError('model-missing', 'There is no such model.', {where: path, hint});
  }
  return (await stat(path)).isDirectory() ? summariseFolder(path) : summariseFile(path);
}

async function summariseFolder(path: string): Promise<ModelSummary> {
  const folder = await readModelFolder(path);
  const weights = await summariseWeights(await folder.openWeights(), folder.weightsFiles);
  const {schedulerConfig, record, unetConfig} = folder;
  return {
    path,
    class: weights.projections > 0 ? extendedClass(unetConfig._class_name) : unetConfig._class_name,
    ...weights,
    sha256: await folder.weightsHash(),
    scheduler: schedulerConfig && schedulerSummary(schedulerConfig),
    record,
    training: await trainingMemory(unetConfig).catch(nullForUserError),
  };
}

async function summariseFile(path: string): Promise<ModelSummary> {
  const opened = await openSingleFile(path);
  const weights = await summariseWeights(networkOf(opened), [path]);
  const {reader, checkpoint} = opened;
  const common = {path, ...weights, sha256: await hashFile(path), record: null};
  if (checkpoint === null) {
    return {...common, class: null, scheduler: null, training: null};
  }
  const {unet, scheduler} = await configsOfCheckpoint(checkpoint, reader.metadata, path);
  return {
    ...common,
    singleFile: {
      kind: `Stable Diffusion ${checkpoint.version}`,
      components: checkpointComponents(reader, checkpoint),
    },
    class: unet._class_name,
    scheduler: scheduler && schedulerSummary(scheduler),
    training: await trainingMemory(unet).catch(nullForUserError),
  };
}

/** Throws a UserError for a network that is not supported. */
async function trainingMemory(unetConfig: NetworkConfig): Promise<TrainingMemory | null> {
  const {sampleSize: size} = architectureOf(unetConfig);
  if (size === null) return null;
  const {batch, accumulation, gradientCheckpointing, dropout} = TrainingConfig.parse({});
  const settings = {batch, accumulation, gradientCheckpointing, dropout, ema: true, teacher: true, projections: true};
  const needs = {unetConfig, size, ...settings};
  return {needs: {batch, size}, engines: await memoryByEngine(needs, EngineConfig.parse({}))};
}

async function summariseWeights(reader: TensorReader, files: readonly string[]) {
  await reader.close();
  const names = [...reader.shapes.keys()];
  const blocks = summariseBlocks(reader.shapes);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return {
    parameters: blocks.reduce((sum, {parameters}) => sum + parameters, 0),
    tensors: names.length,
    projections: names.filter(isProjection).length,
    format: files.every((file) => file.endsWith('.safetensors')) ? ('safetensors' as const) : ('PyTorch' as const),
    dtypes: countEach([...reader.dtypes.values()]),
    files: files.map((file) => basename(file)),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    blocks,
    metadata: Object.fromEntries(reader.metadata),
  };
}

function summariseBlocks(shapes: TensorReader['shapes']): BlockSummary[] {
  const blocks = new Map<string, BlockSummary>();
  for (const [tensor, shape] of shapes) {
    const name = blockOf(tensor);
    const {tensors, parameters} = blocks.get(name) ?? {tensors: 0, parameters: 0};
    blocks.set(name, {name, tensors: tensors + 1, parameters: parameters + elementCount(shape)});
  }
  return [...blocks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `down_blocks.0` of `down_blocks.0.resnets.1.conv1.weight`; else the first part of the name. */
function blockOf(tensor: string): string {
  return /^(?:down_blocks|up_blocks)\.\d+/.exec(tensor)?.[0] ?? tensor.split('.')[0] ?? tensor;
}

function schedulerSummary(config: SchedulerConfig): SchedulerSummary {
  const keys = trainingKeys(config);
  return {
    class: config._class_name,
    timesteps: keys.num_train_timesteps,
    predictionType: keys.prediction_type,
    betaSchedule: keys.trained_betas === null ? keys.beta_schedule : 'given in the config',
    betaStart: keys.trained_betas?.[0] ?? keys.beta_start,
    betaEnd: keys.trained_betas?.at(-1) ?? keys.beta_end,
  };
}
