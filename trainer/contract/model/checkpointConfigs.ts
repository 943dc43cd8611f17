import * as z from 'zod';
import {AutoencoderConfig} from './autoencoderConfig.ts';
import {ClipTextConfig} from './clipTextConfig.ts';
import {SchedulerConfig} from './schedulerConfig.ts';
import {UNet2DConditionConfig} from './unet2dConditionConfig.ts';

/** Key in the metadata of a single-file checkpoint under which a model that came from a folder keeps its configs, as JSON. */
export const checkpointConfigsKey = 'deme.configs';

/** The configs of a diffusers folder, which its weights in a single file do not show. */
export const CheckpointConfigs = z.strictObject({
  model_index: z.record(z.string(), z.unknown()).optional(),
  unet: UNet2DConditionConfig.optional(),
  vae: AutoencoderConfig.optional(),
  text_encoder: ClipTextConfig.optional(),
  scheduler: SchedulerConfig.optional(),
});
export type CheckpointConfigs = z.infer<typeof CheckpointConfigs>;
