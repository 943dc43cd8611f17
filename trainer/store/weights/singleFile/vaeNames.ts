import type {AutoencoderConfig} from '../../../contract/model/autoencoderConfig.ts';
import {inside, type ModuleNames} from './moduleNames.ts';

export const vaePrefix = 'first_stage_model.';

const ends: ModuleNames = [
  ['.conv_in', '.conv_in'],
  ['.conv_norm_out', '.norm_out'],
  ['.conv_out', '.conv_out'],
];

const resnet: ModuleNames = [
  ['.norm1', '.norm1'],
  ['.conv1', '.conv1'],
  ['.norm2', '.norm2'],
  ['.conv2', '.conv2'],
  ['.conv_shortcut', '.nin_shortcut'],
];

const attention: ModuleNames = [
  ['.group_norm', '.norm'],
  ['.to_q', '.q'],
  ['.to_k', '.k'],
  ['.to_v', '.v'],
  ['.to_out.0', '.proj_out'],
];

const middle: ModuleNames = [
  ...inside(['.mid_block.resnets.0', '.mid.block_1'], resnet),
  ...inside(['.mid_block.attentions.0', '.mid.attn_1'], attention),
  ...inside(['.mid_block.resnets.1', '.mid.block_2'], resnet),
];

/**
 * Modules of an AutoencoderKL in both namings. The original decoder counts its levels from the image up; its attention is made of 1x1
 * convolutions [C,C,1,1], where diffusers has dense layers [C,C].
 */
export function vaeNames({
  layers_per_block: layers,
  block_out_channels: {length: levels},
}: Pick<AutoencoderConfig, 'layers_per_block' | 'block_out_channels'>): ModuleNames {
  const all = Array.from({length: levels}, (_, level) => level);
  const resnets = (count: number, block: string, original: string) =>
    Array.from({length: count}, (_, i) => inside([`${block}.resnets.${i}`, `${original}.block.${i}`], resnet)).flat();
  const down = all.flatMap((level): ModuleNames => {
    const [block, original] = [`.down_blocks.${level}`, `.down.${level}`];
    return [...resnets(layers, block, original), [`${block}.downsamplers.0.conv`, `${original}.downsample.conv`]];
  });
  const up = all.flatMap((level): ModuleNames => {
    const [block, original] = [`.up_blocks.${level}`, `.up.${levels - 1 - level}`];
    return [...resnets(layers + 1, block, original), [`${block}.upsamplers.0.conv`, `${original}.upsample.conv`]];
  });
  return inside(
    ['', vaePrefix],
    [
      ...inside(['encoder', 'encoder'], [...ends, ...middle, ...down]),
      ...inside(['decoder', 'decoder'], [...ends, ...middle, ...up]),
      ['quant_conv', 'quant_conv'],
      ['post_quant_conv', 'post_quant_conv'],
    ],
  );
}

/** Whether a weight, by diffusers' name, is one of the attention, which is a 1x1 convolution in the original. */
export function isPointwise(name: string): boolean {
  return /\.attentions\.0\.to_(?:q|k|v|out\.0)\.weight$/.test(name);
}
