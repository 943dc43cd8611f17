import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {PredictionType} from '../../../contract/model/predictionType.ts';
import {fileExists} from '../../files/fileExists.ts';
import {writeJsonAtomic} from '../../files/jsonFile.ts';
import {transformersNames, weightsStem} from '../findWeights.ts';
import type {ModelFolder} from '../modelFolder.ts';
import {folderComponent, type PipelineComponent} from '../pipeline.ts';
import {writeSafetensors} from '../safetensors.ts';
import type {TensorReader} from '../tensorReader.ts';
import {openWeightsFile} from '../weightsFile.ts';
import {hashWeights} from '../weightsHash.ts';
import {describeCheckpoint, type Checkpoint} from './checkpoint.ts';
import {configsOfCheckpoint, type ConfigsOfCheckpoint} from './configs.ts';
import {predictionTypeUnknown} from './predictionType.ts';
import {sidecarOf} from './sidecar.ts';
import {streamTensors, viewTensors, type Views} from './tensorViews.ts';

/** A weights file, opened. */
export interface OpenedFile {
  /** Under the names in the file. */
  readonly reader: TensorReader;
  /** Null for weights in another layout than the original one of Stable Diffusion. */
  readonly checkpoint: Checkpoint | null;
}

/** Opens a weights file and looks what it holds; close its reader after use. */
export async function openSingleFile(path: string): Promise<OpenedFile> {
  const reader = await openWeightsFile(path);
  try {
    return {reader, checkpoint: describeCheckpoint(reader.shapes, path)};
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** The network in an opened file, under diffusers' names; all of a file that is no checkpoint. */
export function networkOf({reader, checkpoint}: OpenedFile): TensorReader {
  return checkpoint === null ? reader : viewTensors(reader, checkpoint.views.unet);
}

/** The network in a weights file, see `networkOf`. */
export async function openNetworkFile(path: string): Promise<TensorReader> {
  return networkOf(await openSingleFile(path));
}

/**
 * Reads a single-file checkpoint of Stable Diffusion 1 or 2 as if it were a diffusers folder; null for a file of another layout. A tokenizer
 * is in no such file: that of a folder `tokenizer` beside it is taken. Throws a UserError where nothing says what version 2 predicts.
 */
export async function readSingleFile(path: string, predictionType?: PredictionType): Promise<ModelFolder | null> {
  const opened = await openSingleFile(path);
  await opened.reader.close();
  const {checkpoint, reader} = opened;
  if (checkpoint === null) return null;
  const configs = await configsOfCheckpoint(checkpoint, reader.metadata, path, predictionType);
  if (configs.scheduler === null) throw predictionTypeUnknown(path, sidecarOf(path));
  let hash: Promise<string> | undefined;
  return {
    path,
    isSingleFile: true,
    unetConfig: configs.unet,
    schedulerConfig: configs.scheduler,
    pipeline: {path: null, index: configs.index, components: await componentsOf(path, checkpoint, configs)},
    record: null,
    weightsFiles: [path],
    weightsHash: () => (hash ??= hashWeights([path])),
    openWeights: async () => viewTensors(await openWeightsFile(path), checkpoint.views.unet),
  };
}

/** What a single-file checkpoint, or the config beside it, says that its network predicts; undefined where they say nothing. */
export async function statedPredictionType(
  {reader, checkpoint}: OpenedFile,
  path: string,
): Promise<string | undefined> {
  return checkpoint === null ? undefined : (await configsOfCheckpoint(checkpoint, reader.metadata, path)).stated;
}

async function componentsOf(
  path: string,
  {views}: Checkpoint,
  {vae, textEncoder}: ConfigsOfCheckpoint,
): Promise<PipelineComponent[]> {
  const tokenizer = join(dirname(path), 'tokenizer');
  return [
    ...(vae ? [insideFile('vae', path, {views: views.vae, config: vae, stem: weightsStem})] : []),
    ...(textEncoder
      ? [
          insideFile('text_encoder', path, {
            views: views.text_encoder,
            config: textEncoder,
            stem: transformersNames.safetensors,
          }),
        ]
      : []),
    ...((await fileExists(tokenizer)) ? [folderComponent('tokenizer', tokenizer)] : []),
  ];
}

interface InsideFile {
  readonly views: Views;
  readonly config: object;
  /** Name of its weights in a folder, without the ending. */
  readonly stem: string;
}

/** A component that lies in a checkpoint and becomes a folder, its tensors in the number formats that they have. */
function insideFile(name: string, path: string, {views, config, stem}: InsideFile): PipelineComponent {
  return {
    name,
    path: null,
    inFile: {
      path,
      config,
      weightsFiles: [path],
      weightsHash: () => hashWeights([path]),
      openWeights: async () => viewTensors(await openWeightsFile(path), views),
    },
    async carry(folder) {
      await mkdir(folder, {recursive: true});
      await writeJsonAtomic(join(folder, 'config.json'), config);
      const reader = viewTensors(await openWeightsFile(path), views);
      try {
        const tensors = [...reader.shapes].map(([name, shape]) => ({
          name,
          shape,
          dtype: reader.dtypes.get(name) ?? ('F32' as const),
          pieces: () => streamTensors(reader, [name]),
        }));
        await writeSafetensors(join(folder, `${stem}.safetensors`), tensors);
      } finally {
        await reader.close();
      }
    },
  };
}
