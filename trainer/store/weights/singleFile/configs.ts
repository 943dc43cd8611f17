import type * as z from 'zod';
import {AutoencoderConfig} from '../../../contract/model/autoencoderConfig.ts';
import {CheckpointConfigs, checkpointConfigsKey} from '../../../contract/model/checkpointConfigs.ts';
import {ClipTextConfig} from '../../../contract/model/clipTextConfig.ts';
import type {PredictionType} from '../../../contract/model/predictionType.ts';
import {SchedulerConfig} from '../../../contract/model/schedulerConfig.ts';
import {UNet2DConditionConfig} from '../../../contract/model/unet2dConditionConfig.ts';
import {checkValue, parseJson} from '../../files/jsonFile.ts';
import {stableDiffusionIndex} from '../pipeline.ts';
import type {Checkpoint} from './checkpoint.ts';
import {commonScheduler, commonText, commonUNet, commonVae} from './commonConfigs.ts';
import {recordedPredictionType} from './predictionType.ts';
import {readSidecar} from './sidecar.ts';

/** The configs of a checkpoint's components, by diffusers' keys. */
export interface ConfigsOfCheckpoint {
  readonly unet: UNet2DConditionConfig;
  readonly vae: AutoencoderConfig | null;
  readonly textEncoder: ClipTextConfig | null;
  /** Null where nothing says what the network predicts. */
  readonly scheduler: SchedulerConfig | null;
  /** What the network predicts as far as the file or the config beside it say so, and it is not the rule of the version. */
  readonly stated: string | undefined;
  readonly index: Readonly<Record<string, unknown>>;
}

/**
 * Puts configs together. Shapes count most, then what this program recorded in the metadata, then what all models of the version have in
 * common, with what the config beside the file says otherwise. The prediction type is the given one, else that of the config beside the file.
 */
export async function configsOfCheckpoint(
  checkpoint: Checkpoint,
  metadata: ReadonlyMap<string, string>,
  path: string,
  given?: PredictionType,
): Promise<ConfigsOfCheckpoint> {
  const sidecar = await readSidecar(path);
  const recorded = recordedConfigs(metadata, path);
  const {version, unet, vae, text} = checkpoint;
  const stated = given ?? recordedPredictionType(sidecar, metadata) ?? recorded.scheduler?.prediction_type;
  const type = stated ?? (version === 1 ? 'epsilon' : null);
  const check = <T extends z.ZodType>(schema: T, what: string, ...values: (object | undefined)[]): z.output<T> =>
    checkValue(Object.assign({}, ...values), schema, `the ${what} of this file`, path);
  return {
    unet: check(UNet2DConditionConfig, 'network', commonUNet(checkpoint, type, sidecar), recorded.unet, unet),
    vae: vae && check(AutoencoderConfig, 'autoencoder', commonVae(sidecar), recorded.vae, vae),
    textEncoder: text && check(ClipTextConfig, 'text encoder', commonText(text), recorded.text_encoder, text.config),
    scheduler:
      type === null
        ? null
        : check(SchedulerConfig, 'noise schedule', recorded.scheduler ?? commonScheduler(type, sidecar), {
            prediction_type: type,
          }),
    stated,
    index:
      recorded.model_index ??
      stableDiffusionIndex(['tokenizer', ...(vae ? ['vae'] : []), ...(text ? ['text_encoder'] : [])]),
  };
}

function recordedConfigs(metadata: ReadonlyMap<string, string>, path: string): CheckpointConfigs {
  const text = metadata.get(checkpointConfigsKey);
  return text === undefined ? {} : parseJson(text, CheckpointConfigs, 'the configs in the metadata', path);
}
