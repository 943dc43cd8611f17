import type {Tensor2D} from '@tensorflow/tfjs-core';
import {sampleAsPicture, type FeatureNetwork} from '../featureNetwork.ts';
import type {FeatureProgram} from './featureProgram.ts';

/** Images in a forward pass. */
const batch = 16;

interface PictureNetwork extends Pick<FeatureNetwork, 'record' | 'prepare'> {
  /** Height and width of its input. */
  readonly side: number;
  /** Gives features, and class scores where the network has them. */
  readonly program: FeatureProgram;
}

/** A network that takes colour pictures of any size, which owns its program. Generated images go into it as an image file would hold them. */
export function pictureNetwork({record, side, prepare, program}: PictureNetwork): FeatureNetwork {
  return {
    record,
    batch,
    inputShape: [side, side, 3],
    requireShape: () => undefined,
    prepare,
    prepareSample: (image, shape) => prepare(sampleAsPicture(image, shape)),
    run(images) {
      const [features, logits] = program.run(images) as Tensor2D[];
      return {features: features as Tensor2D, ...(logits && {logits})};
    },
    dispose: () => program.dispose(),
  };
}
