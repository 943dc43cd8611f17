import type {UNet2DConfig} from '../../contract/model/unet2dConfig.ts';
import {checkEntries, checkLengths, checkValues} from '../supportedValues.ts';

/** The values of each key that this project implements; keys that are not listed take any value. */
const supported: Readonly<Record<string, readonly unknown[]>> = {
  _class_name: ['UNet2DModel'],
  time_embedding_type: ['positional'],
  mid_block_type: ['UNetMidBlock2D', null],
  downsample_padding: [0, 1],
  downsample_type: ['conv'],
  upsample_type: ['conv'],
  act_fn: ['silu', 'swish'],
  resnet_time_scale_shift: ['default', 'scale_shift'],
  class_embed_type: [null],
  num_class_embeds: [null],
};

const downBlocks = ['DownBlock2D', 'AttnDownBlock2D'];
const upBlocks = ['UpBlock2D', 'AttnUpBlock2D'];

/** Throws a UserError that names the first key of the config, and its value, that this project does not implement. */
export function checkSupported(config: UNet2DConfig, where?: string): void {
  checkValues(config, supported, where);
  checkEntries('down_block_types', config.down_block_types, downBlocks, where);
  checkEntries('up_block_types', config.up_block_types, upBlocks, where);
  checkLengths(config, where);
}
