import * as tf from '@tensorflow/tfjs-core';
import type {FilterGradient} from '../contract/config/config.ts';
import type {BenchRow} from '../contract/engine/engineBench.ts';
import {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {TrainingConfig} from '../contract/config/training.ts';
import {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import {timeRuns} from '../engine/bench/timeRuns.ts';
import {setFilterGradient} from '../engine/webgpu/filterGradient.ts';
import {initialiseParams} from '../models/initialise.ts';
import {architectureOf} from '../models/architectures.ts';
import {flatLayout} from '../nn/flatParams.ts';
import {disposeParams} from '../nn/params.ts';
import {addIdentityProjections} from '../nn/projections.ts';
import {createSchedule} from '../schedulers/schedule.ts';
import type {MicroBatch} from './microBatch.ts';
import {TrainProgram} from './trainProgram.ts';
import {disposeState, initialState} from './trainState.ts';

/** Images of a batch, and their side in pixels. */
export interface UpdateSize {
  batch: number;
  side: number;
}

const unetConfig = UNet2DConfig.parse({
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [32, 64],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  attention_head_dim: 32,
  layers_per_block: 1,
  norm_num_groups: 8,
});

/** Times whole updates of a small expert on the current engine (teacher, student, AdamW, EMA), in each way of the filter gradient given. */
export async function benchUpdate(
  size: UpdateSize,
  filterGradients: readonly FilterGradient[],
  seconds: number,
): Promise<BenchRow[]> {
  const {batch, side} = size;
  const {createDenoiser, projectionSites} = architectureOf(unetConfig);
  const teacher = initialiseParams(unetConfig, 1);
  const initial = addIdentityProjections(teacher, projectionSites, 'full');
  const state = initialState(initial, true);
  const schedule = createSchedule(SchedulerConfig.parse({}));
  const setting = {denoiser: createDenoiser(), schedule, teacher, consistency: 1};
  const example = drawBatch(size);
  const program = new TrainProgram(setting, TrainingConfig.parse({}), flatLayout(initial), state, example);
  const run = () => {
    const {losses, gradientNorm} = program.update([example]);
    tf.dispose({...losses});
    return gradientNorm;
  };
  const task = `update of a small UNet, batch ${batch} of ${side}x${side}`;
  try {
    if (filterGradients.length === 0) return [{task, ...(await timeRuns(run, seconds))}];
    const rows: BenchRow[] = [];
    for (const filterGradient of filterGradients) {
      setFilterGradient(filterGradient);
      rows.push({task, filterGradient, ...(await timeRuns(run, seconds))});
    }
    return rows;
  } finally {
    program.dispose();
    disposeState(state);
    disposeParams(initial);
    disposeParams(teacher);
    tf.dispose([example.images, example.noise]);
  }
}

function drawBatch({batch, side}: UpdateSize): MicroBatch {
  const normal = (seed: number) => tf.randomNormal<tf.Rank.R4>([batch, side, side, 1], 0, 1, 'float32', seed);
  const timesteps = Array.from({length: batch}, (_, i) => Math.floor((1000 * (i + 0.5)) / batch));
  return {images: normal(1), noise: normal(2), timesteps};
}
