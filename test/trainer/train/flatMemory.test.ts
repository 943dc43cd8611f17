import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {expect} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {wasmModule} from '../../../trainer/engine/wasm/wasmModule.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import {createRandom} from '../../../trainer/random.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {disposeState, initialState} from '../../../trainer/train/trainState.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {itLong} from '../../helpers/longTests.ts';
import {liveTensors} from '../../helpers/engine/liveTensors.ts';
import {usedHeap} from '../../helpers/machine/usedHeap.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

/** Updates after which nothing more is compiled or cached. */
const warmUp = 200;
const updates = 1000;

describeOnEngines('the memory of a training', (engine) => {
  itLong(
    `is the same after ${updates} updates as after ${warmUp}`,
    async () => {
      const {setting, initial} = oneLevel();
      const state = initialState(initial, true);
      const config = TrainingConfig.parse({updates, batch: 3});
      const program = new TrainProgram(setting, config, flatLayout(initial), state, drawBatch(0));
      disposeState(state);
      const after = async (target: number) => {
        while (program.updates < target) await updatesThenCollection(program);
        return {
          tensors: liveTensors(),
          heap: engine === 'wasm' ? wasmHeapBytes() : 0,
          scripts: usedHeap(),
          // Of all the process, native libraries included.
          resident: process.memoryUsage().rss,
        };
      };
      const before = await after(warmUp);
      const end = await after(updates);
      program.dispose();
      expect([end.tensors, end.heap]).toEqual([before.tensors, before.heap]);
      expect(end.scripts / before.scripts).toBeLessThan(1.02);
      expect(end.resident / before.resident).toBeLessThan(1.02);
    },
    600_000,
  );
});

/** A UNet of one level with attention and projections, as an expert and its teacher: the kinds of layers of larger ones in few operations. */
function oneLevel() {
  const config = UNet2DConfig.parse({
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [4],
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    attention_head_dim: 2,
  });
  const teacher = initialiseParams(config, 7);
  const schedule = createSchedule(SchedulerConfig.parse({}));
  const setting = {denoiser: createUNet2D(config), schedule, teacher, consistency: 1};
  return {setting, initial: withProjections(teacher, config, 'full')};
}

/** Between two collections of garbage the resident memory depends on when the last one was, so that there are some at fixed updates. */
async function updatesThenCollection(program: TrainProgram): Promise<void> {
  for (let i = 0; i < 50; i++) await update(program);
  usedHeap();
}

async function update(program: TrainProgram): Promise<void> {
  const batch = drawBatch(program.updates + 1);
  const {losses, gradientNorm} = program.update([batch]);
  // No `expect` here: it keeps a record of each call.
  if (Number.isNaN((await gradientNorm.data())[0])) throw new Error(`update ${program.updates}: the gradient is NaN`);
  tf.dispose([batch.images, batch.noise, ...Object.values(losses), gradientNorm]);
}

function drawBatch(index: number) {
  const random = createRandom(4, 'batch', index);
  const image = () => tf.tensor4d(random.fillNormal(new Float32Array(48)), [3, 4, 4, 1]);
  return {images: image(), noise: image(), timesteps: [0, 1, 2].map(() => random.int(0, 1000))};
}

/** With the gaps in it. */
function wasmHeapBytes(): number {
  return wasmModule(tf.backend() as BackendWasm).HEAPU8.length;
}
