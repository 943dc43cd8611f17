import type {Precision} from '../../contract/config/precision.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import type {NetworkConfig} from '../../contract/model/networkConfig.ts';
import {architectureOf, countParameters, createDenoiser} from '../../models/architectures.ts';
import {updatesAhead} from '../../train/batches/batchThread.ts';
import {inputSize, noComponents, type ComponentNeeds} from './componentNeeds.ts';
import {engineMemory} from './engineMemory.ts';

/** What decides how much memory a training takes. */
export interface TrainingNeeds {
  readonly unetConfig: NetworkConfig;
  /** Height and width of the images. */
  readonly size: readonly [number, number];
  /** Left out: the network works on pixels and takes no texts. */
  readonly components?: ComponentNeeds;
  /** Whether they leave before the first update. */
  readonly unloads?: boolean;
  readonly batch: number;
  readonly accumulation: number;
  readonly gradientCheckpointing: boolean;
  readonly dropout: boolean;
  readonly ema: boolean;
  readonly teacher: boolean;
  readonly projections: boolean;
  /** Number format of convolutions and matrix products; left out: f32. */
  readonly precision?: Precision;
  /** Of the teacher's. */
  readonly teacherPrecision?: Precision;
}

export type EngineKind = Pick<EngineInfo, 'name' | 'device'>;

/** The memory of one training process in bytes, to about a quarter. */
export interface MemoryEstimate {
  /** The engine's own. */
  readonly engine: number;
  /** Weights, gradient, optimizer, moving average, teacher, and the components of the pipeline where they stay. */
  readonly weights: number;
  /** Activations of one micro-batch, and the images and noise of updates that are drawn ahead; or what encoding an image takes, if that is more. */
  readonly activations: number;
  /** What a checkpoint reads back to the host. */
  readonly checkpoint: number;
}

/** The weights are rounded to two bytes each, and these are kept from the way there to the way back. */
const roundedWeights = 0.5;

/** What one training process takes with this engine. */
export function estimateMemory(needs: TrainingNeeds, kind: EngineKind): MemoryEstimate {
  const {base, vectors, activations} = engineMemory(kind);
  const {stock, projections} = countParameters(createDenoiser(needs.unetConfig));
  const {components = noComponents, unloads = false, size} = needs;
  const {encoder, decoder, text} = components.weights;
  const input = inputSize(size, components);
  const vector = 4 * (stock + (needs.projections ? projections : 0));
  const {precision = 'f32', teacherPrecision = 'f32'} = needs;
  const count =
    vectors.always +
    (precision === 'f32' ? 0 : roundedWeights) +
    (needs.teacher && teacherPrecision !== 'f32' ? roundedWeights : 0) +
    (needs.ema ? vectors.ema : 0) +
    (needs.teacher ? vectors.teacher : 0) +
    (needs.accumulation > 1 ? vectors.accumulation : 0);
  return {
    engine: base,
    weights: count * vector + (unloads ? 0 : encoder + text),
    // Images are encoded before the training, or between two updates; samples are decoded between two updates.
    activations: Math.max(
      activations * needs.batch * architectureOf(needs.unetConfig).activationBytes({...needs, size: input}) +
        drawnAhead(needs, input),
      components.perPixel * size[0] * size[1] + (unloads ? Math.max(encoder, decoder) + text : decoder),
    ),
    // Weights and both moments, and the moving average.
    checkpoint: (needs.ema ? 4 : 3) * vector,
  };
}

/** Bytes of the rows of images and the noise of updates: of those that are drawn ahead, and of one on the way to the engine. */
function drawnAhead({batch, accumulation, unetConfig}: TrainingNeeds, [height, width]: readonly [number, number]) {
  const values = batch * accumulation * height * width * unetConfig.in_channels;
  return 4 * 2 * (updatesAhead + 1) * values;
}

/** Bytes that the engine holds in tensors; on a GPU they lie in its memory. */
export function tensorBytes({weights, activations}: MemoryEstimate): number {
  return weights + activations;
}

/** Bytes of the process in the memory of the machine. */
export function hostBytes(estimate: MemoryEstimate, {device}: EngineKind): number {
  return estimate.engine + estimate.checkpoint + (device === 'GPU' ? 0 : tensorBytes(estimate));
}
