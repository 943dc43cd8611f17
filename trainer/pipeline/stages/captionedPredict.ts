import * as tf from '@tensorflow/tfjs-core';
import type {ImageSource} from '../../data/dataset.ts';
import type {Components} from '../../models/components.ts';
import type {Condition} from '../../models/denoiser.ts';
import {guidedPredict} from '../../sample/guidance.ts';
import type {Predict} from '../../sample/predict.ts';
import type {BatchPredict} from '../../sample/sampleImages.ts';
import {captionsOfRun} from './networkData.ts';
import type {StageContext} from './stageContext.ts';

/** As diffusers has it for Stable Diffusion. */
const usualGuidance = 7.5;

/**
 * The predictions with which a run draws images: of a network that takes texts, image i of the series gets the first caption of image i of a
 * part of the data, with guidance.
 * @param predictWith the prediction under a condition, which has a row for each image
 */
export function captionedPredict(
  context: StageContext,
  {text}: Components,
  source: ImageSource,
  {guidance: scale = usualGuidance}: {readonly guidance?: number},
  predictWith: (condition?: Condition) => Predict,
): Predict | BatchPredict {
  if (text === null) return predictWith();
  const captions = captionsOfRun(context, source);
  return {
    async prepare(first, count) {
      const numbers = Array.from({length: source.size === 0 ? 0 : count}, (_, i) => (first + i) % source.size);
      const texts = await Promise.all(numbers.map(async (number) => (await captions(number))[0] ?? ''));
      const shown = text.encode(texts.length === 0 ? new Array<string>(count).fill('') : texts);
      const none = text.encode(new Array<string>(count).fill(''));
      const [conditional, unconditional] = [predictWith({context: shown}), predictWith({context: none})];
      return {
        predict: guidedPredict(conditional, unconditional, {scale}),
        dispose: () => tf.dispose([shown, none]),
      };
    },
  };
}
