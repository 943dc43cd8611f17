import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {equalRanges} from '../../../trainer/deme/timesteps.ts';
import {loadPretrained, type Pretrained} from '../../../trainer/models/pretrained.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {disposeParams} from '../../../trainer/nn/params.ts';
import {ensemblePredict, modelPredict} from '../../../trainer/sample/predict.ts';
import {sample, type SampleRequest} from '../../../trainer/sample/sample.ts';
import {addNoise, noiseLevels} from '../../../trainer/schedulers/schedule.ts';
import {inferenceTimesteps} from '../../../trainer/schedulers/spacing.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {fromNchw} from '../../helpers/models/referenceLoop.ts';
import {createTorchRandom} from '../../../trainer/sample/torchRandom.ts';
import {goldenFolder, openGoldenArrays, type GoldenArrays} from './goldenArrays.ts';

describeOnEngines('images of diffusers', () => {
  describe.each(['cifar', 'lsun', 'modern'])('%s', (name) => {
    let model: Pretrained;
    let predictor: Predictor;
    let golden: GoldenArrays;

    beforeAll(async () => {
      golden = await openGoldenArrays(name);
      model = await loadPretrained(goldenFolder(name));
      predictor = new Predictor(model.denoiser, model.params);
    });
    afterAll(async () => {
      predictor.dispose();
      disposeParams(model.params);
      await golden.close();
    });

    const request = async (sampler: 'ddim' | 'ddpm'): Promise<SampleRequest> => ({
      predict: modelPredict(predictor),
      schedule: model.schedule,
      sampler,
      steps: 10,
      eta: 0,
      noise: await golden.images(`${sampler}.noise`),
      stepNoise: unexpectedNoise,
    });

    it('asks for the same timesteps', async () => {
      for (const sampler of ['ddim', 'ddpm']) {
        expect(inferenceTimesteps(model.schedule, 10)).toEqual(await golden.numbers(`${sampler}.timesteps`));
      }
    });

    it('follows DDIM', async () => {
      const asked = await request('ddim');
      const seen: Tensor4D[] = [];
      // The image that enters step k is the one that step k - 1 made.
      const predict = (noisy: Tensor4D, timestep: number) => {
        seen.push(tf.keep(tf.clone(noisy)));
        return asked.predict(noisy, timestep);
      };
      const output = await sample({...asked, predict});
      await expectImages(seen[1] as Tensor4D, await golden.images('ddim.after1'), 1e-5);
      await expectImages(seen[5] as Tensor4D, await golden.images('ddim.after5'), 1e-4);
      await expectImages(output, await golden.images('ddim.output'), 2e-4);
      tf.dispose(seen);
    });

    it('follows DDPM with its noise', async () => {
      const noises = await Promise.all(Array.from({length: 9}, (_, i) => golden.images(`ddpm.variance_noise${i}`)));
      const output = await sample({...(await request('ddpm')), stepNoise: (step) => noises[step] as Tensor4D});
      await expectImages(output, await golden.images('ddpm.output'), 5e-5);
    });

    it('noises images alike', async () => {
      for (const k of [0, 1, 2]) {
        const levels = noiseLevels(model.schedule, await golden.numbers(`deme.${k}.timesteps`));
        const images = await golden.images(`deme.${k}.images`);
        const noisy = addNoise(levels, images, await golden.images(`deme.${k}.noise`));
        await expectImages(noisy, await golden.images(`deme.${k}.noisy`), 1e-6);
      }
    });

    it('draws the noise of PyTorch', async () => {
      const expected = await golden.images('ddim.noise');
      const [batch, height, width, channels] = expected.shape;
      const numbers = createTorchRandom(2).randn(expected.size);
      await expectImages(fromNchw(numbers, [batch, channels, height, width]), expected, 2e-6);
    });
  });

  it('does not change when the model is an ensemble of itself', async () => {
    const {denoiser, params, schedule} = await loadPretrained(goldenFolder('modern'));
    const noise = tf.randomNormal<tf.Rank.R4>([1, 12, 12, 1], 0, 1, 'float32', 5);
    const run = async (predict: SampleRequest['predict'], steps: number) =>
      (await sample({predict, schedule, sampler: 'ddim', steps, eta: 0, noise, stepNoise: unexpectedNoise})).data();
    const experts = Array.from({length: 8}, () => new Predictor(denoiser, params));
    const answers = experts.map((expert) => modelPredict(expert));
    for (const steps of [1, 7, 30]) {
      const alone = await run(modelPredict(experts[0] as Predictor), steps);
      for (const count of [3, 8]) {
        const ensemble = ensemblePredict(answers.slice(0, count), equalRanges(count, 1000));
        expect(await run(ensemble, steps)).toEqual(alone);
      }
    }
    for (const expert of experts) expert.dispose();
  });
});

async function expectImages(actual: Tensor4D, expected: Tensor4D, tolerance: number): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  expectAllClose(await actual.data(), await expected.data(), tolerance);
}

function unexpectedNoise(): Tensor4D {
  throw new Error('deterministic sampling asks for no noise');
}
