import {UserError} from '../contract/errors.ts';

/**
 * What engines throw when memory or a device gives out: TensorFlow's `OOM when allocating tensor`, C++'s `bad_alloc`, CUDA's and
 * V8's own.
 */
const signs = [
  /OOM when allocating/i,
  /out of memory/i,
  /bad_alloc/,
  /RESOURCE_EXHAUSTED/,
  /array buffer allocation failed/i,
  /invalid array length/i,
];
const lossSigns = [/CUDA_ERROR_(?!OUT_OF_MEMORY)\w+/, /device.{0,20}lost/i, /cudaError/];

const smaller = 'Choose a smaller batch (with more accumulation steps), or set gradientCheckpointing.';

/** An engine's error as a UserError where memory ran out or the device was lost; any other error unchanged. */
export function explainEngineError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const [text = ''] = error.message.split('\n');
  if (signs.some((sign) => sign.test(error.message)))
    return new UserError('engine-memory', `The engine has run out of memory: ${text}`, {hint: smaller, cause: error});
  if (lossSigns.some((sign) => sign.test(error.message)))
    return new UserError('engine-lost', `The device of the engine is gone: ${text}`, {cause: error});
  return error;
}

/** Whether an error means that the engine failed, not the computation. */
export function isEngineLoss(error: unknown): error is UserError {
  return error instanceof UserError && ['engine-memory', 'engine-lost', 'engine-failed'].includes(error.code);
}
