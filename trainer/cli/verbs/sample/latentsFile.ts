import {concatenate} from '../../../concatenate.ts';
import type {LatentsTaker} from '../../../sample/sampleImages.ts';
import {elementCount} from '../../../store/weights/tensorReader.ts';
import {requireOutput, writeArrays} from '../arrays/arrayFile.ts';

export interface LatentsOptions {
  readonly model: string;
  readonly latents?: string;
  /** Safetensors file for what the network drew. */
  readonly saveLatents?: string;
  /** Keep it after every call of the network. */
  readonly everyStep?: boolean;
  readonly overwrite?: boolean;
}

export interface LatentsFile {
  readonly taker: LatentsTaker;
  write(): Promise<void>;
}

const tensorName = 'latents';

/**
 * Collects what the network draws for a file with one tensor: [N,c,h,w], or [S,N,c,h,w] of every step as a pipeline of diffusers gives it to
 * `callback_on_step_end`. Null where none is wanted. Throws a UserError where no such file may be written.
 */
export async function latentsFile(options: LatentsOptions): Promise<LatentsFile | null> {
  const {saveLatents: out, everyStep = false, model, latents, overwrite} = options;
  if (out === undefined) return null;
  await requireOutput({out, overwrite}, [model, ...(latents === undefined ? [] : [latents])], [tensorName]);
  /** The batches of each step. */
  const steps: Float32Array[][] = [];
  let imageShape: readonly number[] = [];
  const taker: LatentsTaker = {
    everyStep,
    take(images) {
      for (const [step, {values, shape}] of images.entries()) {
        (steps[step] ??= []).push(values);
        imageShape = shape.slice(1);
      }
    },
  };
  const write = async () => {
    const values = concatenate(Float32Array, steps.flat());
    const count = values.length / elementCount(imageShape) / steps.length;
    const shape = [...(everyStep ? [steps.length] : []), count, ...imageShape];
    await writeArrays({out}, [{name: tensorName, shape, dtype: 'F32', read: () => values}]);
  };
  return {taker, write};
}
