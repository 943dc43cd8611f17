import * as z from 'zod';
import {networkLayers, networkWidth} from './networkSizes.ts';

/**
 * `text_encoder/config.json` of a pipeline: a CLIPTextModel of transformers, with the defaults of its class for absent keys.
 * Unknown keys are kept.
 */
export const ClipTextConfig = z.looseObject({
  vocab_size: z.int().min(1).max(1_000_000).default(49_408),
  hidden_size: networkWidth.default(512),
  intermediate_size: networkWidth.default(2048),
  num_hidden_layers: networkLayers.default(12),
  num_attention_heads: networkWidth.default(8),
  max_position_embeddings: z.int().min(1).max(8192).default(77),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.string().default('quick_gelu'),
  /** The token whose hidden state is the pooled one; 2, which Stable Diffusion 1 has by mistake, means the largest id. */
  eos_token_id: z.int().default(49_407),
  /** Whether pipelines hide the filled-up end of a text from the encoder. */
  use_attention_mask: z.boolean().default(false),
});
export type ClipTextConfig = z.infer<typeof ClipTextConfig>;
