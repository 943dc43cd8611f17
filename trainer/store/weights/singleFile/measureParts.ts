import {clipPrefix, openClipPrefix} from './openClipNames.ts';
import {vaePrefix} from './vaeNames.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What the shapes say of the config of an autoencoder in the original layout, by the keys of diffusers; null where there is none. */
export function measureVae(shapes: Shapes) {
  const shapeOf = (name: string) => shapes.get(vaePrefix + name);
  const [first, encoded, decoded] = ['encoder.conv_in', 'encoder.conv_out', 'decoder.conv_out'].map((layer) =>
    shapeOf(`${layer}.weight`),
  );
  if (first === undefined || encoded === undefined || decoded === undefined) return null;
  const blocks = countFrom((level) => shapeOf(`encoder.down.${level}.block.0.conv2.weight`));
  return {
    in_channels: first[1] ?? 0,
    out_channels: decoded[0] ?? 0,
    latent_channels: (encoded[0] ?? 0) / 2,
    block_out_channels: blocks.map(([channels = 0]) => channels),
    layers_per_block: countFrom((layer) => shapeOf(`encoder.down.0.block.${layer}.conv2.weight`)).length,
    down_block_types: blocks.map(() => 'DownEncoderBlock2D'),
    up_block_types: blocks.map(() => 'UpDecoderBlock2D'),
    use_quant_conv: shapeOf('quant_conv.weight') !== undefined,
    use_post_quant_conv: shapeOf('post_quant_conv.weight') !== undefined,
    mid_block_add_attention: shapeOf('encoder.mid.attn_1.q.weight') !== undefined,
  };
}

/** The text encoder of a file: under the names of transformers (Stable Diffusion 1) or of open_clip (2). */
export interface MeasuredText {
  readonly naming: 'transformers' | 'open_clip';
  readonly config: {
    readonly vocab_size: number;
    readonly hidden_size: number;
    readonly intermediate_size: number;
    readonly num_hidden_layers: number;
    readonly max_position_embeddings: number;
  };
}

/** Null where there is none. */
export function measureText(shapes: Shapes): MeasuredText | null {
  return measureClip(shapes) ?? measureOpenClip(shapes);
}

function measureClip(shapes: Shapes): MeasuredText | null {
  // Files of some old merges lack the middle part of the name.
  const shapeOf = (name: string) => shapes.get(`${clipPrefix}text_model.${name}`) ?? shapes.get(clipPrefix + name);
  const tokens = shapeOf('embeddings.token_embedding.weight');
  const positions = shapeOf('embeddings.position_embedding.weight');
  const layers = countFrom((layer) => shapeOf(`encoder.layers.${layer}.mlp.fc1.weight`));
  return measuredText('transformers', tokens, positions, layers);
}

/**
 * Stable Diffusion 2 takes the states before the last layer, so that diffusers has no last layer: of a whole model of open_clip, which shows
 * by its size or by the projection that follows, it is left out.
 */
function measureOpenClip(shapes: Shapes): MeasuredText | null {
  const shapeOf = (name: string) => shapes.get(openClipPrefix + name);
  const layers = countFrom((layer) => shapeOf(`transformer.resblocks.${layer}.mlp.c_fc.weight`));
  const isWhole = layers.length === openClipLayers || shapeOf('text_projection') !== undefined;
  const used = isWhole ? layers.slice(0, -1) : layers;
  return measuredText('open_clip', shapeOf('token_embedding.weight'), shapeOf('positional_embedding'), used);
}

/** Of ViT-H-14, the only one that Stable Diffusion 2 was published with. */
const openClipLayers = 24;

function measuredText(
  naming: MeasuredText['naming'],
  tokens: readonly number[] | undefined,
  positions: readonly number[] | undefined,
  layers: readonly (readonly number[])[],
): MeasuredText | null {
  const [first] = layers;
  if (tokens === undefined || positions === undefined || first === undefined) return null;
  return {
    naming,
    config: {
      vocab_size: tokens[0] ?? 0,
      hidden_size: tokens[1] ?? 0,
      intermediate_size: first[0] ?? 0,
      num_hidden_layers: layers.length,
      max_position_embeddings: positions[0] ?? 0,
    },
  };
}

/** The values for 0, 1, 2 … up to the first that is not there. */
function countFrom<T>(valueOf: (index: number) => T | undefined): T[] {
  const values: T[] = [];
  for (let value = valueOf(0); value !== undefined; value = valueOf(values.length)) values.push(value);
  return values;
}
