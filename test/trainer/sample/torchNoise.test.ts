import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {SchedulerConfig, SamplerOverrides} from '../../../trainer/contract/model/schedulerConfig.ts';
import {UNet2DConditionConfig} from '../../../trainer/contract/model/unet2dConditionConfig.ts';
import type {SamplerName} from '../../../trainer/contract/config/samplerName.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {createDenoiser} from '../../../trainer/models/architectures.ts';
import type {TextConditioner} from '../../../trainer/models/clip/textConditioner.ts';
import {pixelSpace} from '../../../trainer/models/imageSpace.ts';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {torchNoise} from '../../../trainer/sample/noiseSource.ts';
import {modelPredict} from '../../../trainer/sample/predict.ts';
import {promptsFor} from '../../../trainer/sample/prompts.ts';
import {sampleImages} from '../../../trainer/sample/sampleImages.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {openWeightsFile} from '../../../trainer/store/weights/weightsFile.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {goldenSdFolder, goldenSdTensor} from '../../helpers/golden/goldenSd.ts';

/** A call of diffusers' StableDiffusionPipeline with a network that predicts v and `torch.Generator('cpu').manual_seed(seed)`. */
interface Case {
  readonly steps: number;
  readonly sampler: SamplerName;
  readonly config: Record<string, string | boolean>;
  readonly seed: number;
  readonly eta?: number;
  readonly count?: number;
  readonly guidance?: number;
  readonly rescale?: number;
  /** Of the latents; left out: 8. */
  readonly side?: number;
  /** Of the latents after all steps, float32 against float64. */
  readonly float64_max_abs: number;
}

const folder = goldenSdFolder('sd2');
const readJson = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
const cases = Object.entries(readJson('torch_noise.json') as Record<string, Case>);

beforeAll(async () => void (await startEngine({name: 'wasm'})));

async function golden(name: string): Promise<Float32Array> {
  const reader = await openSafetensors(`${folder}/torch_noise.safetensors`);
  return reader.read(name).finally(() => reader.close());
}

/** Knows the states of two texts: what the pipeline was given for its prompt, and for the negative one. */
async function knownTexts(): Promise<TextConditioner> {
  const states = await goldenSdTensor<tf.Rank.R3>('sd2', 'text.last_hidden_state');
  const [, tokens, width] = states.shape;
  const encode = (texts: readonly string[]): Tensor3D =>
    tf.gather(
      states,
      texts.map((text) => (text === 'prompt' ? 1 : 0)),
    );
  return {
    tokenize: () => [],
    encode,
    shape: [tokens, width],
    hash: '',
    load: async () => undefined,
    unload: () => states.dispose(),
  };
}

async function loadNetwork() {
  const network = createDenoiser(UNet2DConditionConfig.parse(readJson('unet/config.json')));
  const reader = await openWeightsFile(`${folder}/unet/diffusion_pytorch_model.safetensors`);
  const params = await loadParams(reader, network.shapes).finally(() => reader.close());
  return new Predictor(network, params);
}

describe("sampling with PyTorch's noise and a network that predicts v", () => {
  it.each(cases)('has the latents of diffusers after every step: %s', async (name, setting) => {
    const {steps, sampler, config, seed, eta = 0, count = 1, guidance = 6, rescale, side = 8} = setting;
    // What is set in diffusers' config but for no sampler alone belongs to the schedule.
    const {rescale_betas_zero_snr = false, ...settings} = config;
    const scheduler = SchedulerConfig.parse({
      ...(readJson('scheduler/scheduler_config.json') as object),
      rescale_betas_zero_snr,
    });
    const latents: number[] = [];
    const predictor = await loadNetwork();
    await sampleImages({
      sampler,
      scheduler: SamplerOverrides.parse(settings),
      steps,
      eta,
      seed,
      batch: count,
      count,
      perPrompt: count,
      predict: modelPredict(predictor),
      schedule: createSchedule(scheduler),
      // As if they were pixels: nothing is decoded.
      space: pixelSpace([side, side, 4]),
      text: promptsFor(await knownTexts(), {prompts: ['prompt'], guidance, guidanceRescale: rescale}),
      noise: torchNoise(seed, [side, side, 4]),
      latents: {
        everyStep: true,
        take(all) {
          for (const {values} of all) latents.push(...values);
        },
      },
    });
    predictor.dispose();
    const expected = await golden(name);
    expect(latents).toHaveLength(expected.length);
    expectAllClose(latents, expected, Math.max(5 * setting.float64_max_abs, 1e-5));
  });
});
