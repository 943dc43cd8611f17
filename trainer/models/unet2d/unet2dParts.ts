import type {ProjectionSite} from '../../nn/projections.ts';

/** What in the config of a UNet of diffusers, conditioned or not, says which parts it has. */
export interface UNetLayout {
  readonly block_out_channels: readonly number[];
  readonly layers_per_block: number;
  readonly down_block_types: readonly string[];
  readonly mid_block_type: string | null;
  readonly up_block_types: readonly string[];
  /** Omitted: the middle has attention. */
  readonly add_attention?: boolean;
}

/** One part of a UNet, by its name in the parameters, with what its activations depend on. */
export interface UNet2DPart {
  readonly name: string;
  readonly kind: 'resnet' | 'attention' | 'downsampler' | 'upsampler';
  /** Of its resolution, 0 for that of the images. */
  readonly level: number;
  /** Pixels of its output. */
  readonly pixels: number;
  /** Channels of its input and its output. */
  readonly input: number;
  readonly output: number;
  /** The input is joined from the hidden state and a skip connection. */
  readonly joined: boolean;
}

type Shape = Omit<UNet2DPart, 'name' | 'kind'>;

/** Channels and pixels of the levels, from the full resolution down; indices beyond the ends mean the ends. */
interface Levels {
  readonly last: number;
  channels(level: number): number;
  pixels(level: number): number;
}

/** The parts of the network in forward order, for images of [height, width], without their weights. */
export function unet2dParts(config: UNetLayout, [height, width]: readonly [number, number]): UNet2DPart[] {
  const widths = config.block_out_channels;
  const last = widths.length - 1;
  const levels: Levels = {
    last,
    channels: (level) => widths[Math.min(Math.max(level, 0), last)] ?? 0,
    pixels: (level) => Math.ceil(height / 2 ** level) * Math.ceil(width / 2 ** level),
  };
  return [
    ...widths.flatMap((_, level) => downParts(config, levels, level)),
    ...midParts(config, levels),
    ...widths.flatMap((_, index) => upParts(config, levels, index)),
  ];
}

function downParts(config: UNetLayout, levels: Levels, level: number): UNet2DPart[] {
  const name = `down_blocks.${level}`;
  const output = levels.channels(level);
  const layers = Array.from({length: config.layers_per_block}, (_, layer) => {
    const input = layer === 0 ? levels.channels(level - 1) : output;
    const shape = {level, pixels: levels.pixels(level), input, output, joined: false};
    return layerParts(name, layer, config.down_block_types[level], shape);
  });
  if (level === levels.last) return layers.flat();
  const shape = {level: level + 1, pixels: levels.pixels(level + 1), input: output, output, joined: false};
  return [...layers.flat(), {name: `${name}.downsamplers.0`, kind: 'downsampler', ...shape}];
}

function midParts(config: UNetLayout, levels: Levels): UNet2DPart[] {
  if (config.mid_block_type === null) return [];
  const channels = levels.channels(levels.last);
  const shape = {
    level: levels.last,
    pixels: levels.pixels(levels.last),
    input: channels,
    output: channels,
    joined: false,
  };
  const resnet = (index: number) => ({name: `mid_block.resnets.${index}`, kind: 'resnet', ...shape}) as const;
  const attention = {name: 'mid_block.attentions.0', kind: 'attention', ...shape} as const;
  return [resnet(0), ...(config.add_attention === false ? [] : [attention]), resnet(1)];
}

/** Up block number `index`, counted from the middle. */
function upParts(config: UNetLayout, levels: Levels, index: number): UNet2DPart[] {
  const name = `up_blocks.${index}`;
  const level = levels.last - index;
  const output = levels.channels(level);
  const layers = Array.from({length: config.layers_per_block + 1}, (_, layer) => {
    const hidden = layer === 0 ? levels.channels(level + 1) : output;
    const skip = layer === config.layers_per_block ? levels.channels(level - 1) : output;
    const shape = {level, pixels: levels.pixels(level), input: hidden + skip, output, joined: true};
    return layerParts(name, layer, config.up_block_types[index], shape);
  });
  if (level === 0) return layers.flat();
  const shape = {level: level - 1, pixels: levels.pixels(level - 1), input: output, output, joined: false};
  return [...layers.flat(), {name: `${name}.upsamplers.0`, kind: 'upsampler', ...shape}];
}

/** A resnet and, in the Attn and CrossAttn blocks, the attention after it. */
function layerParts(block: string, layer: number, type: string | undefined, shape: Shape): UNet2DPart[] {
  const resnet = {name: `${block}.resnets.${layer}`, kind: 'resnet', ...shape} as const;
  if (type?.includes('Attn') !== true) return [resnet];
  const name = `${block}.attentions.${layer}`;
  return [resnet, {name, kind: 'attention', ...shape, input: shape.output, joined: false}];
}

/** After each down block, the middle and each up block. What leaves a down block also goes to a skip connection, the middle ends in a sum. */
export function unet2dProjectionSites(config: UNetLayout): ProjectionSite[] {
  const {block_out_channels: widths, up_block_types: types} = config;
  const downs = widths.map((channels, level) => ({name: `down ${level}`, channels, feedingLayers: null}));
  const mid = widths.slice(-1).map((channels) => ({name: 'mid', channels, feedingLayers: null}));
  const ups = widths.toReversed().map((channels, level) => {
    const layers = feedingLayers(config, level, types[level] === 'UpBlock2D');
    return {name: `up ${level}`, channels, feedingLayers: layers};
  });
  return [...downs, ...mid, ...ups];
}

/** The last up block ends in a resnet, which has a shortcut convolution for its skip, or in the sum of an attention. */
function feedingLayers(config: UNetLayout, level: number, endsInResnet: boolean): string[] | null {
  const block = `up_blocks.${level}`;
  if (level < config.block_out_channels.length - 1) return [`${block}.upsamplers.0.conv`];
  return endsInResnet
    ? ['conv2', 'conv_shortcut'].map((layer) => `${block}.resnets.${config.layers_per_block}.${layer}`)
    : null;
}
