import {describe, expect, it} from 'vitest';
import {UNet2DConfig} from '../../../../trainer/contract/model/unet2dConfig.ts';
import {createUNet2D} from '../../../../trainer/models/unet2d/unet2d.ts';
import {unet2dParts} from '../../../../trainer/models/unet2d/unet2dParts.ts';
import {variedUNets} from '../variedUNets.ts';

describe.each(Object.entries(variedUNets))('the parts of the %s UNet', (_, config) => {
  const parts = unet2dParts(config, [32, 48]);
  const {shapes} = createUNet2D(config);
  const shapeOf = (name: string) => shapes.get(name) ?? [];

  it('are those that have parameters, in their order', () => {
    const names = [...shapes.keys()].flatMap((name) => /^.*\.(?:resnets|attentions|\w*samplers)\.\d+/.exec(name) ?? []);
    expect(new Set(parts.map(({name}) => name))).toEqual(new Set(names));
    expect(parts).toHaveLength(new Set(names).size);
  });

  it('have the channels of their parameters', () => {
    for (const {name, kind, input, output} of parts) {
      if (kind === 'resnet') expect(shapeOf(`${name}.conv1.weight`), name).toEqual([3, 3, input, output]);
      else if (kind === 'attention') expect(shapeOf(`${name}.to_q.weight`)[0], name).toBe(input);
      else expect(shapeOf(`${name}.conv.weight`), name).toEqual([3, 3, input, output]);
    }
  });
});

describe('the parts of a UNet', () => {
  const config = UNet2DConfig.parse({
    block_out_channels: [8, 16],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 4,
  });

  it('are listed with their pixels and widths from the input to the output', () => {
    const lines = unet2dParts(config, [16, 12]).map(
      ({name, pixels, input, output, joined}) => `${name} ${pixels} ${joined ? 'joined ' : ''}${input} -> ${output}`,
    );
    expect(lines).toEqual([
      'down_blocks.0.resnets.0 192 8 -> 8',
      'down_blocks.0.downsamplers.0 48 8 -> 8',
      'down_blocks.1.resnets.0 48 8 -> 16',
      'down_blocks.1.attentions.0 48 16 -> 16',
      'mid_block.resnets.0 48 16 -> 16',
      'mid_block.attentions.0 48 16 -> 16',
      'mid_block.resnets.1 48 16 -> 16',
      'up_blocks.0.resnets.0 48 joined 32 -> 16',
      'up_blocks.0.attentions.0 48 16 -> 16',
      'up_blocks.0.resnets.1 48 joined 24 -> 16',
      'up_blocks.0.attentions.1 48 16 -> 16',
      'up_blocks.0.upsamplers.0 192 16 -> 16',
      'up_blocks.1.resnets.0 192 joined 24 -> 8',
      'up_blocks.1.resnets.1 192 joined 16 -> 8',
    ]);
  });
});
