import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import type {PredictOptions} from '../../../trainer/models/denoiser.ts';
import {maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

const config = UNet2DConfig.parse({
  sample_size: 16,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  layers_per_block: 2,
  norm_num_groups: 4,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  attention_head_dim: 8,
  dropout: 0.1,
});

/** Loss, gradient of every parameter, and the largest number of bytes that lived at once. */
async function lossAndGradients(options: PredictOptions) {
  const denoiser = createUNet2D(config);
  const params = withProjections(initialiseParams(config, 3), config, 'full');
  const noisy = tf.randomNormal<tf.Rank.R4>([2, 16, 16, 1], 0, 1, 'float32', 4);
  const inputs = {noisy, ...denoiser.prepare([10, 700])};
  const names = [...params.keys()];
  const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
    const given = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
    return tf.mean(tf.square(denoiser.predict(given, inputs, options)));
  };
  const peak = trackPeakBytes();
  const {value, grads} = tf.valueAndGrads(loss)([...params.values()]);
  const peakBytes = peak();
  const gradients = await Promise.all(grads.map((gradient) => gradient.data<'float32'>()));
  return {loss: (await value.data())[0] ?? NaN, names, gradients, peakBytes};
}

/** Follows the bytes of live tensors through every tensor that is made; the function given back ends it and tells the increase. */
function trackPeakBytes(): () => number {
  const engine = tf.engine();
  const before = tf.memory().numBytes;
  const {makeTensorFromTensorInfo} = engine;
  let peak = before;
  engine.makeTensorFromTensorInfo = (...args) => {
    const made = makeTensorFromTensorInfo.apply(engine, args);
    peak = Math.max(peak, tf.memory().numBytes);
    return made;
  };
  return () => {
    engine.makeTensorFromTensorInfo = makeTensorFromTensorInfo;
    return peak - before;
  };
}

describeOnEngines('gradient checkpointing', () => {
  it.each([{}, {dropoutSeed: () => 5}])('leaves the loss and all gradients as they are, %o', async (options) => {
    const plain = await lossAndGradients(options);
    const checkpointed = await lossAndGradients({...options, gradientCheckpointing: true});
    expect(checkpointed.loss).toBe(plain.loss);
    for (const [i, name] of plain.names.entries()) {
      const difference = maxAbsDifference(checkpointed.gradients[i] ?? [], plain.gradients[i] ?? []);
      expect(difference, name).toBeLessThanOrEqual(1e-6);
      expect(Math.max(...(plain.gradients[i] ?? []).map(Math.abs)), name).toBeGreaterThan(0);
    }
  });

  it('at least halves the memory of the activations', async () => {
    const plain = await lossAndGradients({});
    const checkpointed = await lossAndGradients({gradientCheckpointing: true});
    expect(checkpointed.peakBytes).toBeLessThan(plain.peakBytes / 2);
  });
});
