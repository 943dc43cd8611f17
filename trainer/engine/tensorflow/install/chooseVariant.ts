import type {TensorflowVariant} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {nvidiaGpus} from '../../../launch/nvidiaGpus.ts';

export interface VariantChoice {
  variant: TensorflowVariant;
  /** For the user, beginning with "because" or "as". */
  reason: string;
}

/**
 * Which build of TensorFlow to install.
 *
 * @param asked `auto`: with CUDA where there is an NVIDIA GPU
 * @param given whether the TensorFlow that the user gives is built with CUDA; null: it does not say; omitted: none is given
 */
export async function chooseVariant(
  asked: TensorflowVariant | 'auto',
  given: boolean | null = null,
  gpus = nvidiaGpus,
): Promise<VariantChoice> {
  if (given !== null) return givenVariant(asked, given);
  if (asked !== 'auto') return {variant: asked, reason: 'as asked for'};
  const names = [...new Set((await gpus()).map(({name}) => name))];
  if (names.length > 0)
    return {variant: 'cuda', reason: `because this machine has an NVIDIA GPU (${names.join(', ')})`};
  return {variant: 'cpu', reason: 'because no NVIDIA GPU was found, neither by nvidia-smi nor in /proc/driver/nvidia'};
}

function givenVariant(asked: TensorflowVariant | 'auto', isCuda: boolean): VariantChoice {
  const variant = isCuda ? 'cuda' : 'cpu';
  if (asked === 'auto')
    return {variant, reason: `because the TensorFlow in the given folder is built with${isCuda ? '' : 'out'} CUDA`};
  // The CUDA build computes on the CPU as well.
  if (asked === 'cpu' || isCuda) return {variant: asked, reason: 'as asked for'};
  throw new UserError('tensorflow-not-cuda', 'The TensorFlow in the given folder is built without CUDA.', {
    hint: 'Give one with CUDA, or install with --cpu.',
  });
}
