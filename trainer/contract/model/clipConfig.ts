import * as z from 'zod';
import {ClipTextConfig} from './clipTextConfig.ts';
import {networkWidth} from './networkSizes.ts';

/** `config.json` of transformers' CLIPModel, as far as weights do not show it. */
export const ClipConfig = z.looseObject({
  text_config: ClipTextConfig.optional(),
  vision_config: z
    .looseObject({
      num_attention_heads: networkWidth.default(12),
      hidden_act: z.string().default('quick_gelu'),
      layer_norm_eps: z.number().positive().default(1e-5),
    })
    .prefault({}),
});
export type ClipConfig = z.infer<typeof ClipConfig>;

/** `open_clip_config.json`, or its `model_cfg` alone as open_clip's `model_configs` have it. */
export const OpenClipConfig = z.looseObject({
  quick_gelu: z.boolean().default(false),
  vision_cfg: z.looseObject({head_width: networkWidth.default(64)}).prefault({}),
  text_cfg: z.looseObject({heads: networkWidth.default(8)}).prefault({}),
});
export type OpenClipConfig = z.infer<typeof OpenClipConfig>;
