import {UserError} from '../../../contract/errors.ts';

/** TensorFlow is installed but does not load or start. */
export function brokenTensorflow(addon: string, why: string, cause?: unknown): UserError {
  return new UserError('tensorflow-broken', `TensorFlow does not load: ${why}.`, {
    where: addon,
    hint: 'Run `deme engine install tensorflow` again, or use the engine wasm.',
    cause,
  });
}
