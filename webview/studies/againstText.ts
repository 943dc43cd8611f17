import type {ScoreDifference} from '../../trainer/contract/matrix/scoreDifference.ts';
import {isNoise, isRounding, measuredText} from '../../trainer/contract/scores/estimate.ts';

/** How far a row is from another. */
export interface Against {
  /** What the other is called, as in `the base`. */
  readonly rival: string;
  readonly difference: ScoreDifference;
}

/** `better than the base by 3.2 standard errors`; says where the two were measured apart, or the error is not known. */
export function againstText({rival, difference}: Against, better: 'lower' | 'higher'): string {
  const {mean, standardError, paired} = difference;
  if (mean === 0) return `the same as ${rival}`;
  const word = mean < 0 === (better === 'lower') ? 'better' : 'worse';
  if (standardError === null || isRounding(standardError, mean)) {
    const known = paired === 'repetitions' ? ' every time' : ', error not known';
    return `${word} than ${rival} by ${measuredText(Math.abs(mean))}${known}`;
  }
  const errors = Math.abs(mean) / standardError;
  const size = `${errors >= 10 ? errors.toFixed(0) : errors.toFixed(1)} standard errors${paired === 'separate' ? ', unpaired' : ''}`;
  return isNoise({mean, standardError}) ? `within noise of ${rival}: ${size}` : `${word} than ${rival} by ${size}`;
}
