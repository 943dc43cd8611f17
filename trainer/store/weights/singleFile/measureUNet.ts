import {UserError} from '../../../contract/errors.ts';
import {unetPrefix} from './unetNames.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What the shapes of the tensors say of the config of a UNet in the original layout, by the keys of diffusers. */
export interface MeasuredUNet {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly block_out_channels: number[];
  readonly layers_per_block: number;
  readonly down_block_types: string[];
  readonly up_block_types: string[];
  readonly cross_attention_dim: number;
  readonly use_linear_projection: boolean;
  readonly time_embedding_dim: number | null;
}

interface Level {
  readonly channels: number;
  readonly layers: number;
  readonly attends: boolean;
}

/** `where` names the file in the UserError about a network that has another form. */
export function measureUNet(shapes: Shapes, where: string): MeasuredUNet {
  const shapeOf = (name: string) => shapes.get(unetPrefix + name);
  const size = (name: string, axis: number): number => {
    const found = shapeOf(name)?.[axis];
    if (found !== undefined) return found;
    throw new UserError('tensor-missing', `The network has no tensor '${unetPrefix}${name}' of the usual shape.`, {
      where,
      hint: 'The file is incomplete, or no checkpoint of Stable Diffusion 1 or 2.',
    });
  };
  const levels = measureLevels(shapeOf);
  if (levels.length === 0) size('input_blocks.1.0.out_layers.3.weight', 0);
  const deepest = levels.reduce((most, {layers}) => Math.max(most, layers), 1);
  const upAttends = levels.map((_, i) => shapeOf(`output_blocks.${i * (deepest + 1)}.1.proj_in.weight`) !== undefined);
  const width = size('input_blocks.0.0.weight', 0);
  const timeWidth = size('time_embed.0.weight', 0);
  const crossAttention = [...shapes.keys()].find((name) => name.endsWith('.attn2.to_k.weight')) ?? '';
  const projection = shapes.get(crossAttention.replace(/transformer_blocks\..*$/, 'proj_in.weight'));
  return {
    in_channels: size('input_blocks.0.0.weight', 1),
    out_channels: size('out.2.weight', 0),
    block_out_channels: levels.map(({channels}) => channels),
    layers_per_block: deepest,
    down_block_types: levels.map(({attends}) => (attends ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: upAttends.map((attends) => (attends ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    cross_attention_dim: shapes.get(crossAttention)?.[1] ?? 0,
    use_linear_projection: projection?.length === 2,
    time_embedding_dim: timeWidth === 4 * width ? null : timeWidth,
  };
}

/** The levels on the way down: resnets, of which some or all have an attention after them, and a downsampler but at the last. */
function measureLevels(shapeOf: (name: string) => readonly number[] | undefined): Level[] {
  const levels: Level[] = [];
  for (let block = 1; shapeOf(`input_blocks.${block}.0.out_layers.3.weight`) !== undefined; block++) {
    const first = block;
    let channels = 0;
    let attends = false;
    for (;;) {
      const resnet = shapeOf(`input_blocks.${block}.0.out_layers.3.weight`);
      if (resnet === undefined) break;
      channels = resnet[0] ?? 0;
      attends ||= shapeOf(`input_blocks.${block}.1.proj_in.weight`) !== undefined;
      block++;
    }
    levels.push({channels, layers: block - first, attends});
  }
  return levels;
}
