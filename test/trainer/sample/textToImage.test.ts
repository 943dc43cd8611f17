import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {SamplerOverrides} from '../../../trainer/contract/model/schedulerConfig.ts';
import {toBytes} from '../../../trainer/data/pictures/pixelRange.ts';
import {loadComponents} from '../../../trainer/models/components.ts';
import {loadPretrained} from '../../../trainer/models/pretrained.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {imagesOf} from '../../../trainer/cli/verbs/arrays/arrayFile.ts';
import {givenNoise, seededNoise} from '../../../trainer/sample/noiseSource.ts';
import {modelPredict} from '../../../trainer/sample/predict.ts';
import {promptsFor} from '../../../trainer/sample/prompts.ts';
import {sampleImages} from '../../../trainer/sample/sampleImages.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {writeGoldenPipeline} from '../../helpers/golden/goldenSd.ts';
import {isLong} from '../../helpers/longTests.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {offPixels, samplerOfCase, textToImageArray, textToImageCases} from './textToImage.ts';

describeOnEngines('text to image against diffusers', (engine) => {
  // TensorFlow prepares a graph of thousands of operations for each case.
  const cases = engine === 'wasm' || isLong ? textToImageCases : textToImageCases.slice(0, 2);
  it.each(cases)('has its latents of every step and its image: %s', async (name, golden) => {
    const {denoiser, params, schedule, folder} = await loadPretrained(
      await writeGoldenPipeline(join(await temporaryFolder(), 'sd1')),
    );
    const components = await loadComponents(folder);
    const {sampler, settings} = samplerOfCase(name);
    const start = await textToImageArray(`${name}.start`);
    const count = golden.prompt.length;
    const space = components.spaceOf([128, 128, 3]);
    const predictor = new Predictor(denoiser, params);
    const latents: number[] = [];
    const images = await sampleImages({
      sampler,
      scheduler: SamplerOverrides.parse(settings),
      steps: golden.num_inference_steps,
      eta: 0,
      seed: 0,
      batch: count,
      count,
      perPrompt: 1,
      predict: modelPredict(predictor),
      schedule,
      space,
      text: promptsFor(components.text, {
        prompts: [...golden.prompt],
        negative: golden.negative_prompt && [...golden.negative_prompt],
        guidance: golden.guidance_scale,
        guidanceRescale: golden.guidance_rescale,
      }),
      noise: givenNoise(imagesOf({...start, dtype: 'F32'}), seededNoise(0, space.shape)),
      latents: {
        everyStep: true,
        take(steps) {
          expect(steps).toHaveLength(golden.calls);
          for (const {values} of steps) latents.push(...values);
        },
      },
    });
    const tolerance = 5 * golden.float64_latent_max_abs;
    const last = latents.slice(-start.values.length);
    if (name === 'pndm') expectAllClose(latents, (await textToImageArray('pndm.latents')).values, tolerance);
    else expectAllClose(last, (await textToImageArray(`${name}.final_latent`)).values, tolerance);
    const {most, share} = offPixels(toBytes(images), (await textToImageArray(`${name}.image_u8`)).values);
    expect(most).toBeLessThanOrEqual(1);
    expect(share).toBeLessThan(1e-3);
    predictor.dispose();
    components.unload();
    tf.dispose([...params.values()]);
  });
});
