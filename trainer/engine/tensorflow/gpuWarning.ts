import type {TensorflowVariant} from '../../contract/engine/engineRecord.ts';
import {UserError} from '../../contract/errors.ts';

/**
 * What to tell a user who may expect a GPU and does not get one: TensorFlow falls back to the CPU without an error when a CUDA
 * library or a driver is missing.
 *
 * @param visibleDevices the value of CUDA_VISIBLE_DEVICES: undefined, empty (no GPU wanted) or a list of numbers
 */
export function gpuWarning(
  variant: TensorflowVariant,
  isUsed: boolean,
  visibleDevices: string | undefined,
): string | undefined {
  if (isUsed || hidesGpus(visibleDevices)) return undefined;
  if (variant === 'cuda') {
    return 'the CUDA build is installed, but TensorFlow found NO USABLE GPU and computes ON THE CPU (is the NVIDIA driver running?)';
  }
  if (visibleDevices === undefined) return undefined;
  return `CUDA_VISIBLE_DEVICES=${visibleDevices} asks for a GPU, but the CPU BUILD is installed (\`deme engine install tensorflow --cuda\`)`;
}

/** A config that asks for a GPU is never served by the CPU: the error says why TensorFlow has none. */
export function missingGpu(variant: TensorflowVariant, visibleDevices: string | undefined): UserError {
  const fail = (why: string, hint: string): UserError =>
    new UserError('gpu-missing', `The config asks for a GPU, and TensorFlow computes on the CPU: ${why}.`, {
      hint: `${hint}, or set engine.device to auto or cpu.`,
    });
  if (variant === 'cpu') return fail('its CPU build is installed', 'Run `deme engine install tensorflow --cuda`');
  if (hidesGpus(visibleDevices)) {
    return fail(`CUDA_VISIBLE_DEVICES=${visibleDevices} hides all GPUs`, 'Unset it or name a GPU in it');
  }
  const allowed = visibleDevices === undefined ? '' : ` among CUDA_VISIBLE_DEVICES=${visibleDevices}`;
  return fail(
    `its CUDA build found no usable GPU${allowed}`,
    'Check with nvidia-smi that the NVIDIA driver runs and is new enough for CUDA 12',
  );
}

function hidesGpus(visibleDevices: string | undefined): boolean {
  return visibleDevices === '' || visibleDevices?.startsWith('-') === true;
}
