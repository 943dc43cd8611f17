import {checkpointConfigsKey} from '../../../contract/model/checkpointConfigs.ts';
import type {NetworkConfig} from '../../../contract/model/networkConfig.ts';
import {trainingKeys} from '../../../contract/model/schedulerSettings.ts';
import {readAutoencoderFolder} from '../autoencoderFolder.ts';
import type {ModelFolder} from '../modelFolder.ts';
import type {TensorSource} from '../safetensors.ts';
import {prefixedName, readTextEncoderFolder} from '../textEncoderFolder.ts';
import {renameTensors} from '../renamedTensors.ts';
import type {TensorReader} from '../tensorReader.ts';
import {openWeightsFile, openWeightsFiles} from '../weightsFile.ts';
import {keptTensors, originalClip, originalOpenClip, originalVae} from './originalTensors.ts';
import {predictionMetadata} from './predictionType.ts';

type Base = Pick<ModelFolder, 'path' | 'isSingleFile' | 'unetConfig' | 'schedulerConfig' | 'pipeline'>;

/** What a single file has besides the network, from the model that the network was made from. */
export interface CarriedParts {
  readonly tensors: readonly TensorSource[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What was left out, a sentence each. */
  readonly notes: readonly string[];
  /** To be called when all tensors are written. */
  close(): Promise<void>;
}

/** Whether a model can be written as a single file: it is one, or a pipeline with a network that is conditioned on text. */
export function fitsSingleFile({isSingleFile, unetConfig, pipeline}: Base): boolean {
  return isSingleFile || (pipeline !== null && unetConfig._class_name === 'UNet2DConditionModel');
}

/** What a folder that is made from a model lacks, a sentence each; nothing for one that was made from a folder. */
export function missingInFolder({isSingleFile, pipeline, unetConfig}: Base): string[] {
  if (!isSingleFile) return [];
  const version = isSecondVersion(unetConfig) ? 2 : 1;
  const hasTokenizer = pipeline?.components.some(({name}) => name === 'tokenizer') === true;
  return [
    ...(hasTokenizer
      ? []
      : [
          `A single file has no tokenizer: for prompts, put the folder tokenizer of a model of Stable Diffusion ${version} into the result.`,
        ]),
    ...(version === 2
      ? [
          'The last layer and the projection of the text encoder have no use, nor a place in a folder, and were left out.',
        ]
      : []),
  ];
}

export async function openCarriedParts(base: Base): Promise<CarriedParts> {
  const readers: TensorReader[] = [];
  const close = async () => {
    await Promise.all(readers.map((reader) => reader.close()));
  };
  const open = async (opening: Promise<TensorReader>) => {
    const reader = await opening;
    readers.push(reader);
    return reader;
  };
  try {
    const parts = base.isSingleFile ? await fromFile(base, open) : await fromFolder(base, open);
    const {schedulerConfig: scheduler} = base;
    const metadata = {...parts.metadata, ...(scheduler && predictionMetadata(trainingKeys(scheduler).prediction_type))};
    return {...parts, metadata, close};
  } catch (error) {
    await close();
    throw error;
  }
}

type Open = (opening: Promise<TensorReader>) => Promise<TensorReader>;
type Parts = Omit<CarriedParts, 'close'>;

async function fromFile({path}: Base, open: Open): Promise<Parts> {
  const reader = await open(openWeightsFile(path));
  const {tensors, averages} = keptTensors(reader);
  const configs = reader.metadata.get(checkpointConfigsKey);
  const note = `${averages} tensors of model_ema were left out: they average the network of the base, not this one.`;
  return {
    tensors,
    metadata: configs === undefined ? {} : {[checkpointConfigsKey]: configs},
    notes: averages === 0 ? [] : [note],
  };
}

async function fromFolder({unetConfig, schedulerConfig, pipeline}: Base, open: Open): Promise<Parts> {
  const pathOf = (component: string) => pipeline?.components.find(({name}) => name === component)?.path ?? null;
  const [vaePath, textPath] = [pathOf('vae'), pathOf('text_encoder')];
  const vae = vaePath === null ? null : await readAutoencoderFolder(vaePath);
  const text = textPath === null ? null : await readTextEncoderFolder(textPath);
  const original = isSecondVersion(unetConfig) ? originalOpenClip : originalClip;
  const tensors = [
    ...(vae ? originalVae({...vae, reader: await open(vae.openWeights())}) : []),
    ...(text ? original({...text, reader: await open(openText(text.weightsFiles, text.path))}) : []),
  ];
  const configs = {
    model_index: pipeline?.index,
    unet: unetConfig,
    vae: vae?.config,
    text_encoder: text?.config,
    scheduler: schedulerConfig ?? undefined,
  };
  const missing = [...(vae ? [] : ['autoencoder']), ...(text ? [] : ['text encoder'])];
  return {
    tensors,
    metadata: {[checkpointConfigsKey]: JSON.stringify(configs, withoutPlace)},
    notes: missing.map((part) => `The base has no ${part}, so the file has none.`),
  };
}

/** Stable Diffusion 2 has dense layers around its transformers, and a text encoder of open_clip. */
function isSecondVersion(unetConfig: NetworkConfig): boolean {
  return unetConfig._class_name === 'UNet2DConditionModel' && unetConfig.use_linear_projection;
}

/** With the list of positions, which files of Stable Diffusion 1 have. */
async function openText(files: readonly string[], path: string): Promise<TensorReader> {
  return renameTensors(await openWeightsFiles(files), prefixedName, path);
}

/** Configs may name the folder that they were loaded from. */
function withoutPlace(key: string, value: unknown): unknown {
  return key === '_name_or_path' ? undefined : value;
}
