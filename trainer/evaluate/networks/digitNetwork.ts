import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {toGrey} from '../../data/pictures/colours.ts';
import {toRgb} from '../../data/pictures/pillowImage.ts';
import {writeUnitRange} from '../../data/pictures/pixelRange.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {classifyDigits, digitFeatureCount, digitShape} from './digitClassifier.ts';
import {loadDigitClassifier} from './digitClassifierFile.ts';
import {type FeatureNetwork, sourceBatches} from '../featureNetwork.ts';

const batch = 128;
const pixels = digitShape[0] * digitShape[1] * digitShape[2];

/**
 * The bundled digit classifier as a feature network: [N,28,28,1] images in [-1, 1] -> [N,64]. Fréchet distances and KID on these features compare
 * models of digits with one another; they are not comparable with Inception numbers.
 */
export async function loadDigitNetwork(): Promise<FeatureNetwork> {
  const {params, recipe} = await loadDigitClassifier();
  return {
    record: {
      name: 'digits',
      dimension: digitFeatureCount,
      preprocessing: 'none: 28x28x1 in [-1, 1]',
      weights: {source: recipe.name, sha256: recipe.weightsHash},
    },
    batch,
    inputShape: digitShape,
    requireShape: requireDigits,
    prepare: (picture) => {
      const grey = toGrey(toRgb(picture));
      requireDigits([grey.height, grey.width, grey.channels]);
      const input = new Float32Array(pixels);
      writeUnitRange(grey.pixels, input, 0);
      return input;
    },
    prepareSample: (image) => image,
    run: (images) => ({features: tf.tidy(() => classifyDigits(params, images).features)}),
    dispose: () => disposeParams(params),
  };
}

/** Share of the images of a labelled source that the classifier labels correctly. */
export async function digitAccuracy(params: Params, source: ImageSource): Promise<number> {
  requireDigits(source.shape);
  let done = 0;
  let right = 0;
  for await (const images of sourceBatches(source)) {
    const guesses = tf.tidy(() =>
      tf.argMax(classifyDigits(params, tf.tensor4d(images, [images.length / pixels, ...digitShape])).scores, 1),
    );
    const classes = await guesses.data().finally(() => guesses.dispose());
    right += classes.filter((guess, i) => guess === source.label?.(done + i)).length;
    done += classes.length;
  }
  return right / source.size;
}

function requireDigits(shape: readonly number[]): void {
  if (shape.join() === digitShape.join()) return;
  throw new UserError('features-shape', `The digit classifier takes images of 28x28x1, not ${shape.join('x')}.`, {
    where: 'evaluate.features',
    hint: 'Set evaluate.features to none for this data.',
  });
}
