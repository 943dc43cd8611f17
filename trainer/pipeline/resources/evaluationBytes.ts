import {runExperts, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {architectureOf, countParameters, createDenoiser} from '../../models/architectures.ts';
import {readModel} from '../../store/weights/readModel.ts';
import {componentNeeds, inputSize} from './componentNeeds.ts';
import {engineMemory} from './engineMemory.ts';
import type {EngineKind} from './memoryEstimate.ts';
import {imageSize} from './trainingNeeds.ts';

/** Of the activations of a training with gradient checkpointing, in a pass without gradients. */
const forwardShare = 0.6;

/** Images at once of the held-out losses. */
const heldOutBatch = 32;

/**
 * Bytes of the largest process that evaluates models without training: base, experts and their merge, and a pass over a batch without
 * gradients, in which only the skip connections outlive their block. 0 where there are no images to evaluate on.
 */
export async function evaluationBytes({config, baseFolder}: ResolvedConfig, kind: EngineKind): Promise<number> {
  const {data, evaluate} = config;
  if (baseFolder === null || data === undefined) return 0;
  const folder = await readModel(baseFolder);
  const {unetConfig} = folder;
  const components = await componentNeeds(folder);
  const {base, activations} = engineMemory(kind);
  const {stock, projections} = countParameters(createDenoiser(unetConfig, baseFolder));
  const models = (runExperts(config) + 2) * 4 * (stock + projections);
  const batch = Math.max(heldOutBatch, evaluate?.sampling.batch ?? 0);
  const forward = architectureOf(unetConfig).activationBytes({
    size: inputSize(imageSize(data), components),
    gradientCheckpointing: true,
    dropout: false,
  });
  const {encoder, decoder, text} = components.weights;
  const [height, width] = imageSize(data);
  const decoding = components.perPixel * height * width;
  const loaded = Math.max(encoder, decoder) + text;
  return base + models + loaded + Math.max(forwardShare * activations * batch * forward, decoding);
}
