import type {Precision} from '../../contract/config/precision.ts';
import {UserError} from '../../contract/errors.ts';

/** Throws a UserError where an engine does not compute in this precision. */
export function requirePrecision(precision: Precision, engine: string, setting = 'precision'): void {
  if (precision === 'f32' || engine === 'tensorflow') return;
  throw new UserError('precision-unsupported', `The engine ${engine} computes in f32 only, not in ${precision}.`, {
    hint: `Set ${setting} to f32, or use the engine tensorflow (\`deme engine install tensorflow\`).`,
  });
}
