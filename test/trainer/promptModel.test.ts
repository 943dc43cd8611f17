import {fileURLToPath} from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {classifyDigits} from '../../trainer/evaluate/networks/digitClassifier.ts';
import {loadDigitClassifier} from '../../trainer/evaluate/networks/digitClassifierFile.ts';
import {measureStrokes} from '../../trainer/data/captions/strokes.ts';
import {loadComponents} from '../../trainer/models/components.ts';
import {Predictor} from '../../trainer/models/predictor.ts';
import {loadPretrained} from '../../trainer/models/pretrained.ts';
import {modelPredict} from '../../trainer/sample/predict.ts';
import {promptsFor} from '../../trainer/sample/prompts.ts';
import {sampleImages} from '../../trainer/sample/sampleImages.ts';
import {describeOnEngines} from '../helpers/engine/engines.ts';

const base = fileURLToPath(new URL('../../media/prompts/base', import.meta.url));
const digits = ['a zero', 'a one', 'a two', 'a three', 'a four', 'a five', 'a six', 'a seven', 'an eight', 'a nine'];
const pixels = 28 * 28;

/** Images [N,28,28,1] of each prompt, one after another, from the same noise. */
async function draw(prompts: readonly string[], perPrompt: number): Promise<Float32Array> {
  const model = await loadPretrained(base);
  const components = await loadComponents(model.folder);
  const predictor = new Predictor(model.denoiser, model.params);
  const images = await sampleImages({
    predict: modelPredict(predictor),
    schedule: model.schedule,
    space: components.spaceOf([28, 28, 1]),
    text: promptsFor(components.text, {prompts: [...prompts], guidance: 3}),
    perPrompt,
    count: prompts.length * perPrompt,
    batch: prompts.length * perPrompt,
    seed: 0,
    sampler: 'ddim',
    steps: 10,
    eta: 0,
  });
  predictor.dispose();
  components.unload();
  return images;
}

describeOnEngines('the bundled text-to-image model', () => {
  it('draws the digit that the prompt names', async () => {
    const perPrompt = 3;
    const images = await draw(digits, perPrompt);
    const {params} = await loadDigitClassifier();
    const guesses = tf.tidy(() =>
      tf.argMax(classifyDigits(params, tf.tensor4d(images, [images.length / pixels, 28, 28, 1])).scores, 1).arraySync(),
    ) as number[];
    const right = guesses.filter((guess, i) => guess === Math.floor(i / perPrompt)).length;
    expect(right / guesses.length).toBeGreaterThan(0.8);
  });

  it('draws it as the prompt says', async () => {
    const prompts = ['a bold seven', 'a thin seven', 'a seven, tilted left', 'a seven, tilted right'];
    const perPrompt = 4;
    const images = await draw(prompts, perPrompt);
    const [bold, thin, left, right] = prompts.map((_, prompt) => {
      const drawn = Array.from({length: perPrompt}, (_, i) => {
        const start = (prompt * perPrompt + i) * pixels;
        const bytes = Uint8Array.from(images.subarray(start, start + pixels), (value) =>
          Math.round(127.5 * (1 + Math.min(1, Math.max(-1, value)))),
        );
        return measureStrokes(bytes, [28, 28, 1]);
      });
      const mean = (of: 'slant' | 'width') => drawn.reduce((sum, strokes) => sum + strokes[of], 0) / perPrompt;
      return {slant: mean('slant'), width: mean('width')};
    });
    expect(bold?.width).toBeGreaterThan(1.3 * (thin?.width ?? NaN));
    expect(right?.slant).toBeGreaterThan((left?.slant ?? NaN) + 0.25);
  });
});
