import {mkdir, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {ModelRecord, type MergeRecord} from '../../contract/run/records.ts';
import type {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {isProjection} from '../../contract/model/projectionName.ts';
import type {NetworkConfig} from '../../contract/model/networkConfig.ts';
import {writeFolderAtomic} from '../files/atomicFolder.ts';
import {fileExists} from '../files/fileExists.ts';
import {findWeights, weightsStem} from './findWeights.ts';
import {snapshotFolder} from './hubCache.ts';
import {readJson, writeJsonAtomic} from '../files/jsonFile.ts';
import {knownHash} from '../hashes/knownHash.ts';
import {
  extendedClass,
  findNetworkConfig,
  pipelineFiles,
  readNetworkConfig,
  readSchedulerConfig,
} from './modelConfigs.ts';
import {carryComponents, readPipeline, type Pipeline} from './pipeline.ts';
import {writeSafetensors, type TensorSource} from './safetensors.ts';
import type {TensorReader} from './tensorReader.ts';
import {openWeightsFiles} from './weightsFile.ts';
import {hashWeights} from './weightsHash.ts';

/** A diffusers folder on the disk, or a single file that is read as one: configs in memory, weights on demand. */
export interface ModelFolder {
  readonly path: string;
  readonly isSingleFile: boolean;
  /** Of the stock class; whether the model has projections shows in its tensors. */
  readonly unetConfig: NetworkConfig;
  readonly schedulerConfig: SchedulerConfig | null;
  /** Null where there is no `model_index.json`. */
  readonly pipeline: Pipeline | null;
  /** `deme.json`; null for models of other origin. */
  readonly record: ModelRecord | null;
  /** One file, or the shards. */
  readonly weightsFiles: readonly string[];
  /** SHA-256 of the weights file; over the shards' hashes (hex, one a line) when sharded. Computed once. */
  weightsHash(): Promise<string>;
  openWeights(): Promise<TensorReader>;
}

export interface NewModel {
  readonly unetConfig: NetworkConfig;
  readonly schedulerConfig: SchedulerConfig;
  /** The pipeline that the model was made from; its components go into the new folder too. */
  readonly pipeline?: Pipeline | null;
  readonly tensors: readonly TensorSource[];
  readonly record: ModelRecord;
  readonly mergeRecord?: MergeRecord;
  /** Both records as they are once the weights are written, those given in just as many bytes; left out: as given. */
  readonly late?: () => Promise<Pick<NewModel, 'record' | 'mergeRecord'>>;
}

/** What this project says of a model, beside its weights. */
export const modelRecordFile = 'deme.json';

/**
 * Reads a model folder: a pipeline (`unet/`, `scheduler/`) or flat (everything in the root, as the google/ddpm-* repositories and bare
 * `unet` folders are), also in the cache of the hub.
 */
export async function readModelFolder(given: string): Promise<ModelFolder> {
  const path = await snapshotFolder(given);
  const configPath = await findNetworkConfig(path);
  const {config, extended} = await readNetworkConfig(configPath);
  const weightsFiles = await findWeights(dirname(configPath));
  const openWeights = () => openWeightsFiles(weightsFiles);
  if (extended) await requireProjections(openWeights, extendedClass(config._class_name), configPath);
  const recordPath = join(path, modelRecordFile);
  let hash: Promise<string> | undefined;
  return {
    path,
    isSingleFile: false,
    unetConfig: config,
    schedulerConfig: await readSchedulerConfig(path),
    pipeline: await readPipeline(path),
    record: (await fileExists(recordPath)) ? await readJson(recordPath, ModelRecord, 'the model record') : null,
    weightsFiles,
    weightsHash: () => (hash ??= hashWeights(weightsFiles)),
    openWeights,
  };
}

/**
 * Writes a pipeline folder: model_index.json, unet/, scheduler/, the components of the pipeline it was made from, deme.json and, for a merged model, merge.json. It appears whole or not
 * at all; a model of this project that lies at `path` already is replaced, anything else is left alone with a `UserError`.
 * Tensors in PyTorch order; those named `adapter_list.*` make it a model of our own class, which stock diffusers refuses.
 */
export async function writeModelFolder(path: string, model: NewModel): Promise<void> {
  await refuseForeignFolder(path);
  await writeFolderAtomic(path, (folder) => writeContent(folder, model));
}

async function requireProjections(
  openWeights: () => Promise<TensorReader>,
  className: string,
  configPath: string,
): Promise<void> {
  const weights = await openWeights();
  await weights.close();
  if ([...weights.shapes.keys()].some(isProjection)) return;
  throw new UserError(
    'projections-missing',
    `The config says ${className}, but the weights hold no channel projections.`,
    {
      where: configPath,
      hint: 'The weights are those of another model.',
    },
  );
}

/** Refuses a path at which something other than a model of this program lies: its files would be lost with it. */
export async function refuseForeignFolder(path: string): Promise<void> {
  if (!(await fileExists(path)) || (await fileExists(join(path, modelRecordFile)))) return;
  throw new UserError('folder-exists', 'Something that DeMe Studio did not write lies here already.', {
    where: path,
    hint: 'Choose another folder, or move that one away: it is never replaced.',
  });
}

async function writeContent(
  folder: string,
  {unetConfig, schedulerConfig, pipeline = null, tensors, record, mergeRecord, late}: NewModel,
): Promise<void> {
  const extended = tensors.some(({name}) => isProjection(name));
  await mkdir(join(folder, 'unet'));
  await mkdir(join(folder, 'scheduler'));
  for (const [file, content] of Object.entries(pipelineFiles(unetConfig, schedulerConfig, extended, pipeline))) {
    await writeJsonAtomic(join(folder, file), content);
  }
  if (pipeline !== null) await carryComponents(pipeline, folder);
  let records: Pick<NewModel, 'record' | 'mergeRecord'> = {record, mergeRecord};
  const metadata = (): Record<string, string> =>
    records.mergeRecord ? {'deme.merge': JSON.stringify(records.mergeRecord)} : {};
  const lateMetadata = late && (async () => ((records = await late()), metadata()));
  await writeSafetensors(join(folder, 'unet', `${weightsStem}.safetensors`), tensors, metadata(), lateMetadata);
  await writeJsonAtomic(join(folder, modelRecordFile), records.record);
  if (records.mergeRecord !== undefined) await writeJsonAtomic(join(folder, 'merge.json'), records.mergeRecord);
}

/** SHA-256 of the weights of a model, as records have it: of a bare weights file, or of a folder (`ModelFolder.weightsHash`). */
export async function modelHash(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? (await readModelFolder(path)).weightsHash() : knownHash(path);
}
