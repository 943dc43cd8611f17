import type {UNet2DConditionConfig} from '../../../contract/model/unet2dConditionConfig.ts';
import {inside, type ModuleNames} from './moduleNames.ts';

/** What in the config of a network decides where its modules lie. */
export type UNetShape = Pick<UNet2DConditionConfig, 'layers_per_block' | 'down_block_types' | 'up_block_types'>;

export const unetPrefix = 'model.diffusion_model.';

const ends: ModuleNames = [
  ['time_embedding.linear_1', 'time_embed.0'],
  ['time_embedding.linear_2', 'time_embed.2'],
  ['conv_in', 'input_blocks.0.0'],
  ['conv_norm_out', 'out.0'],
  ['conv_out', 'out.2'],
];

const resnet: ModuleNames = [
  ['.norm1', '.in_layers.0'],
  ['.conv1', '.in_layers.2'],
  ['.time_emb_proj', '.emb_layers.1'],
  ['.norm2', '.out_layers.0'],
  ['.conv2', '.out_layers.3'],
  ['.conv_shortcut', '.skip_connection'],
];

/**
 * Modules of a UNet2DConditionModel and of the original UNetModel, which counts its blocks through: a resnet with the attention after it is
 * one, a downsampler one of its own, an upsampler the last part of the block before it. Inside attentions the names are the same.
 */
export function unetNames(config: UNetShape): ModuleNames {
  const names: ModuleNames = [
    ...ends,
    ...downNames(config),
    ...inside(['mid_block.resnets.0', 'middle_block.0'], resnet),
    ['mid_block.attentions.0', 'middle_block.1'],
    ...inside(['mid_block.resnets.1', 'middle_block.2'], resnet),
    ...upNames(config),
  ];
  return inside(['', unetPrefix], names);
}

function downNames({layers_per_block: layers, down_block_types: types}: UNetShape): ModuleNames {
  return types.flatMap((type, level) => {
    const block = `down_blocks.${level}`;
    const first = 1 + level * (layers + 1);
    const names = Array.from({length: layers}, (_, i) => layerNames(block, i, `input_blocks.${first + i}`, type));
    const isLast = level === types.length - 1;
    return [
      ...names.flat(),
      ...(isLast ? [] : [[`${block}.downsamplers.0.conv`, `input_blocks.${first + layers}.0.op`] as const]),
    ];
  });
}

function upNames({layers_per_block: layers, up_block_types: types}: UNetShape): ModuleNames {
  return types.flatMap((type, level) => {
    const block = `up_blocks.${level}`;
    const first = level * (layers + 1);
    const names = Array.from({length: layers + 1}, (_, i) => layerNames(block, i, `output_blocks.${first + i}`, type));
    const isLast = level === types.length - 1;
    const upsampler = `output_blocks.${first + layers}.${hasAttention(type) ? 2 : 1}.conv`;
    return [...names.flat(), ...(isLast ? [] : [[`${block}.upsamplers.0.conv`, upsampler] as const])];
  });
}

function layerNames(block: string, layer: number, original: string, type: string): ModuleNames {
  return [
    ...inside([`${block}.resnets.${layer}`, `${original}.0`], resnet),
    ...(hasAttention(type) ? [[`${block}.attentions.${layer}`, `${original}.1`] as const] : []),
  ];
}

function hasAttention(type: string): boolean {
  return type.startsWith('CrossAttn');
}
