import type {MergeRecord, ModelRecord} from '../contract/run/records.ts';
import {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import type {Params} from '../nn/params.ts';
import {createSchedule, type NoiseSchedule} from '../schedulers/schedule.ts';
import {readModelFolder, writeModelFolder, type ModelFolder} from '../store/weights/modelFolder.ts';
import type {TensorSource} from '../store/weights/safetensors.ts';
import type {Denoiser} from './denoiser.ts';
import {fileShape, toFileOrder} from './layout.ts';
import {loadParams} from './loadParams.ts';
import {createUNet2D} from './unet2d.ts';

/** A model of the disk, ready to be evaluated on the current backend. */
export interface Pretrained {
  readonly folder: ModelFolder;
  readonly denoiser: Denoiser;
  /** Not tidied: the caller owns them. */
  readonly params: Params;
  readonly schedule: NoiseSchedule;
  /** SHA-256 of the weights. */
  readonly weightsHash: string;
  /** What is suspicious about the model, a sentence each. */
  readonly warnings: readonly string[];
}

/** What `savePretrained` writes besides the weights. */
export interface SavedModel {
  readonly unetConfig: UNet2DConfig;
  readonly schedulerConfig: SchedulerConfig;
  readonly params: Params;
  readonly record: ModelRecord;
  readonly mergeRecord?: MergeRecord;
  readonly dtype: 'F32' | 'F16' | 'BF16';
}

/** Loads a diffusers folder. The weights must have the names and shapes that the config says; projections are optional. */
export async function loadPretrained(path: string): Promise<Pretrained> {
  const folder = await readModelFolder(path);
  const denoiser = createUNet2D(folder.unetConfig, path);
  const schedule = createSchedule(folder.schedulerConfig ?? SchedulerConfig.parse({}), path);
  const weightsHash = await folder.weightsHash();
  return {
    folder,
    denoiser,
    params: await readParams(folder, denoiser),
    schedule,
    weightsHash,
    warnings: warningsOf(folder),
  };
}

/** Writes a diffusers folder in PyTorch's layout; see `writeModelFolder` for what may lie at `path`. */
export async function savePretrained(path: string, {params, dtype, ...model}: SavedModel): Promise<void> {
  const tensors = [...params].map(([name, tensor]): TensorSource => {
    const read = async () => toFileOrder(new Float32Array(await tensor.data()), tensor.shape);
    return {name, shape: fileShape(tensor.shape), dtype, read};
  });
  await writeModelFolder(path, {...model, tensors});
}

async function readParams(folder: ModelFolder, denoiser: Denoiser): Promise<Params> {
  const reader = await folder.openWeights();
  try {
    return await loadParams(reader, denoiser.shapes, folder.weightsFiles[0] ?? folder.path);
  } finally {
    await reader.close();
  }
}

function warningsOf({unetConfig, schedulerConfig}: ModelFolder): string[] {
  const warnings: string[] = [];
  if (hasHeadTrap(unetConfig)) {
    warnings.push(
      'attention_head_dim is 8, which is also what diffusers takes when the key is absent, but the rest of the config looks like ' +
        "Google's DDPM models, which were trained with one head: set it to null if this is one of them.",
    );
  }
  if (schedulerConfig === null)
    warnings.push("The model has no scheduler config: the defaults of diffusers' DDPMScheduler are used.");
  return warnings;
}

/** Some copies of the google/ddpm-* configs lack `attention_head_dim: null` and so load without an error and predict nonsense. */
function hasHeadTrap(config: UNet2DConfig): boolean {
  const google = !config.flip_sin_to_cos && config.freq_shift === 1 && config.downsample_padding === 0;
  return google && config.attention_head_dim === 8;
}
