import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../../../trainer/contract/model/unet2dConfig.ts';
import {initialiseParams} from '../../../../trainer/models/initialise.ts';
import {createUNet2D} from '../../../../trainer/models/unet2d/unet2d.ts';
import type {Params} from '../../../../trainer/nn/params.ts';
import {createSchedule} from '../../../../trainer/schedulers/schedule.ts';
import type {LossSetting} from '../../../../trainer/train/lossAndGradient.ts';
import {withProjections} from '../../../helpers/models/withProjections.ts';

/** A UNet of 4x4 grey images with every kind of layer: attention in the middle, down- and up-sampling, shortcut convolutions, dropout. */
export const tinyConfig = UNet2DConfig.parse({
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  layers_per_block: 1,
  norm_num_groups: 2,
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  attention_head_dim: 4,
  dropout: 0.2,
});

/** What an expert of the tiny UNet begins with: the frozen original as its teacher, and the same weights with identity projections. */
export function tinyModel(): {setting: LossSetting & {teacher: Params}; initial: Params} {
  const teacher = initialiseParams(tinyConfig, 7);
  const denoiser = createUNet2D(tinyConfig);
  const schedule = createSchedule(SchedulerConfig.parse({}));
  return {
    setting: {denoiser, schedule, teacher, consistency: 1},
    initial: withProjections(teacher, tinyConfig, 'full'),
  };
}
