import type {TensorflowVariant} from '../contract/engineRecord.ts';

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
  const isUnwanted = visibleDevices === '' || visibleDevices === '-1';
  if (isUsed || isUnwanted) return undefined;
  if (variant === 'cuda') {
    return 'the CUDA build is installed, but TensorFlow found NO USABLE GPU and computes ON THE CPU (is the NVIDIA driver running?)';
  }
  if (visibleDevices === undefined) return undefined;
  return `CUDA_VISIBLE_DEVICES=${visibleDevices} asks for a GPU, but the CPU BUILD is installed (\`deme engine install tensorflow --variant cuda\`)`;
}
