import type {InceptionDimension, InceptionResize} from '../../contract/model/featureNetwork.ts';
import {bilinear} from '../../data/pictures/bilinear.ts';
import {floatResize} from '../../data/pictures/floatResize.ts';
import {toRgb} from '../../data/pictures/pillowImage.ts';
import type {Raster} from '../../data/pictures/resize.ts';
import {disposeParams} from '../../nn/params.ts';
import {renameTensors} from '../../store/weights/renamedTensors.ts';
import {openWeightsFile} from '../../store/weights/weightsFile.ts';
import type {FeatureNetwork} from '../featureNetwork.ts';
import {createFeatureProgram} from './featureProgram.ts';
import {foldNormalisations, inceptionShapes, inceptionSide, runInception} from './inception.ts';
import {pictureNetwork} from './pictureNetwork.ts';
import {loadNetworkParams, weightsRecord, type NetworkFiles} from './networkWeights.ts';

export interface InceptionSettings {
  /** Left out: that of pytorch-fid. */
  readonly resize?: InceptionResize;
  /** Where the features are taken; left out: 2048, the last layer before the class scores. */
  readonly dimension?: InceptionDimension;
}

const preprocessings: Readonly<Record<InceptionResize, string>> = {
  'pytorch-fid': 'pytorch-fid: bilinear to 299x299 without antialias, 2x - 1',
  'torch-fidelity': 'torch-fidelity: bilinear of TensorFlow 1 to 299x299, (x - 128) / 128',
  'clean-fid': "clean-fid: Pillow's antialiased bicubic to 299x299 in floating point, (x - 128) / 128",
};

/** The Inception network of FID, from a state dict of pytorch-fid or torch-fidelity. */
export async function loadInceptionNetwork(
  {weights}: NetworkFiles,
  {resize = 'pytorch-fid', dimension = 2048}: InceptionSettings = {},
): Promise<FeatureNetwork> {
  const reader = await openWeightsFile(weights);
  const named = renameTensors(reader, (name) => (name.endsWith('.num_batches_tracked') ? null : name), weights);
  const params = await loadNetworkParams(named, inceptionShapes, {
    what: "FID's Inception network",
    path: weights,
    hint: "Take pt_inception-2015-12-05-6726825d.pth of pytorch-fid; torchvision's Inception has other weights and layers.",
  }).finally(() => reader.close());
  const program = createFeatureProgram(foldNormalisations(params), (folded, images) =>
    runInception(folded, images, dimension),
  );
  disposeParams(params);
  return pictureNetwork({
    record: {
      name: dimension === 2048 ? 'inception' : `inception-${dimension}`,
      dimension,
      preprocessing: preprocessings[resize],
      weights: await weightsRecord(weights),
    },
    side: inceptionSide,
    prepare: (picture) => prepareInception(toRgb(picture), resize),
    program,
  });
}

/** [299,299,3] in about [-1, 1]. */
export function prepareInception(image: Raster, resize: InceptionResize): Float32Array {
  const side = inceptionSide;
  if (resize === 'pytorch-fid') {
    return bilinear(image, side, side, 'half', 255).pixels.map((value) => 2 * value - 1);
  }
  if (resize === 'torch-fidelity') {
    return bilinear(image, side, side, 'corner').pixels.map((value) => (value - 128) / 128);
  }
  return floatResize(image, side, side, 'bicubic').pixels.map(
    (value) => (Math.min(255, Math.max(0, value)) - 128) / 128,
  );
}
