import {describe, expect, it} from 'vitest';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';

const google = {norm_eps: 1e-6, downsample_padding: 0, flip_sin_to_cos: false, freq_shift: 1, attention_head_dim: null};

const cifar = UNet2DConfig.parse({
  ...google,
  block_out_channels: [128, 256, 256, 256],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
});

const church = UNet2DConfig.parse({
  ...google,
  block_out_channels: [128, 128, 256, 256, 512, 512],
  down_block_types: ['DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D'],
});

const cifarBlocks = {
  conv_in: 3_584,
  time_embedding: 328_704,
  'down_blocks.0': 870_272,
  'down_blocks.1': 3_480_320,
  'down_blocks.2': 3_215_104,
  'down_blocks.3': 2_625_024,
  mid_block: 2_888_704,
  'up_blocks.0': 6_692_608,
  'up_blocks.1': 6_692_608,
  'up_blocks.2': 7_155_712,
  'up_blocks.3': 1_789_952,
  conv_norm_out: 256,
  conv_out: 3_459,
  adapter_list: 491_520,
};

const churchBlocks = {
  conv_in: 3_584,
  time_embedding: 328_704,
  'down_blocks.0': 870_272,
  'down_blocks.1': 870_272,
  'down_blocks.2': 2_952_960,
  'down_blocks.3': 3_215_104,
  'down_blocks.4': 13_383_168,
  'down_blocks.5': 9_968_640,
  mid_block: 11_020_288,
  'up_blocks.0': 25_968_128,
  'up_blocks.1': 27_811_840,
  'up_blocks.2': 7_348_480,
  'up_blocks.3': 6_364_672,
  'up_blocks.4': 1_937_536,
  'up_blocks.5': 1_625_856,
  conv_norm_out: 256,
  conv_out: 3_459,
  adapter_list: 1_638_400,
};

describe('parameters of the published models', () => {
  it.each([
    ['ddpm-cifar10-32', cifar, cifarBlocks, 35_746_307, 328],
    ['ddpm-ema-church-256', church, churchBlocks, 113_673_219, 450],
  ] as const)('has the counts of %s', (_, config, blocks, scalars, tensors) => {
    const {shapes} = createUNet2D(config);
    const counts = countByBlock(shapes);
    expect(Object.fromEntries(counts)).toEqual(blocks);
    const total = [...counts.values()].reduce((a, b) => a + b, 0) - blocks.adapter_list;
    expect(total).toBe(scalars);
    expect([...shapes.keys()].filter((name) => !name.startsWith('adapter_list.'))).toHaveLength(tensors);
  });
});

function countByBlock(shapes: ReadonlyMap<string, readonly number[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, shape] of shapes) {
    const block = /^(down_blocks|up_blocks)\.\d+|^\w+/.exec(name)?.[0] ?? name;
    counts.set(block, (counts.get(block) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  return counts;
}
