import type {OriginalParams} from '../../../contract/model/originalConfig.ts';
import type {Checkpoint} from './checkpoint.ts';

// What neither the weights nor anything beside them says, as all published models of a version have it.

/** Width of an attention head in the network of Stable Diffusion 2, and in the text encoders of both versions. */
const headWidth = 64;
const headsOfVersion1 = 8;

export function commonUNet(checkpoint: Checkpoint, predictionType: string | null, sidecar: OriginalParams): object {
  return {
    sample_size: sidecar.unet_config?.params?.image_size ?? (predictionType === 'v_prediction' ? 96 : 64),
    attention_head_dim: headsOf(checkpoint, sidecar),
  };
}

function headsOf({version, unet}: Checkpoint, {unet_config: network}: OriginalParams): number | number[] {
  const {num_heads: heads = -1, num_head_channels: given = -1} = network?.params ?? {};
  const width = given < 1 && heads < 1 && version === 2 ? headWidth : given;
  if (width < 1) return heads < 1 ? headsOfVersion1 : heads;
  return unet.block_out_channels.map((channels) => Math.max(1, Math.floor(channels / width)));
}

export function commonVae({scale_factor: scale}: OriginalParams): object {
  return {scaling_factor: scale ?? 0.18215};
}

/** The special tokens of both versions are not the real ones, see `ClipTextConfig`. */
export function commonText({naming, config}: NonNullable<Checkpoint['text']>): object {
  const isFirst = naming === 'transformers';
  return {
    architectures: ['CLIPTextModel'],
    model_type: 'clip_text_model',
    hidden_act: isFirst ? 'quick_gelu' : 'gelu',
    num_attention_heads: Math.max(1, Math.floor(config.hidden_size / headWidth)),
    projection_dim: isFirst ? config.hidden_size : 512,
    bos_token_id: 0,
    eos_token_id: 2,
    pad_token_id: 1,
  };
}

export function commonScheduler(
  predictionType: string,
  {linear_start: start, linear_end: end, timesteps}: OriginalParams,
): object {
  return {
    ...(predictionType === 'v_prediction'
      ? {_class_name: 'DDIMScheduler'}
      : {_class_name: 'PNDMScheduler', skip_prk_steps: true}),
    num_train_timesteps: timesteps ?? 1000,
    beta_start: start ?? 0.00085,
    beta_end: end ?? 0.012,
    beta_schedule: 'scaled_linear',
    clip_sample: false,
    set_alpha_to_one: false,
    steps_offset: 1,
  };
}
