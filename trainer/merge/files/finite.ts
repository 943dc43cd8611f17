import {UserError} from '../../contract/errors.ts';
import type {WeightsFormat} from '../../contract/model/weightsFormat.ts';

/** Smallest magnitudes that round to infinity in each format. */
export const overflow: Readonly<Record<WeightsFormat, number>> = {F32: Infinity, F16: 65520, BF16: 2 ** 128 - 2 ** 119};

/** The error for a result that is infinite, or would be in the output format, although all inputs are finite. */
export function notFiniteError(
  name: string,
  value: number,
  element: number,
  format: WeightsFormat,
  where: string,
): UserError {
  const merely = Number.isFinite(value);
  const message = `${name} holds ${value} at element ${element}${merely ? `, too large for ${format}` : ''}.`;
  return new UserError('merge-not-finite', message, {
    where,
    hint: merely ? 'Write F32 or take smaller weights.' : 'Take smaller weights.',
  });
}

/** The error for a value of an input that is NaN or infinite. */
export function inputNotFinite(
  model: {readonly label: string; readonly path: string},
  name: string,
  value: number,
  element: number,
): UserError {
  return new UserError('merge-not-finite', `In ${model.label}, ${name} holds ${value} at element ${element}.`, {
    where: model.path,
    hint: 'The training of this model has diverged, or the file is damaged: leave it out, or take an earlier checkpoint.',
  });
}
