import {UserError} from '../contract/errors.ts';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';

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
  for (const [key, values] of Object.entries(supported)) {
    if (!values.includes(config[key])) refuse(key, config[key], values, where);
  }
  for (const block of config.down_block_types)
    if (!downBlocks.includes(block)) refuse('down_block_types', block, downBlocks, where);
  for (const block of config.up_block_types)
    if (!upBlocks.includes(block)) refuse('up_block_types', block, upBlocks, where);
  checkLengths(config, where);
}

function refuse(key: string, value: unknown, values: readonly unknown[], where?: string): never {
  throw new UserError('model-unsupported', `${key} ${JSON.stringify(value)} is not supported.`, {
    where,
    hint: `Supported: ${values.map((value) => JSON.stringify(value)).join(', ')}.`,
  });
}

function checkLengths(config: UNet2DConfig, where?: string): void {
  const levels = config.block_out_channels.length;
  const [down, up] = [config.down_block_types.length, config.up_block_types.length];
  if (levels >= 1 && down === levels && up === levels) return;
  throw new UserError(
    'model-invalid',
    `block_out_channels has ${levels} entries, down_block_types ${down} and up_block_types ${up}: they must be equally long and not empty.`,
    {where},
  );
}
