import type {Report} from '../run/report.ts';
import {directionText, type Estimate} from './estimate.ts';

/** One sentence for each comparison of a report, whether it is favourable or not. */
export function verdicts({heldOut, mergedToOrdinary, mergedToBaselines = {}}: Report): string[] {
  const merged = heldOut['merged'];
  if (!merged) return [];
  const ordinary = 'The merged model against one ordinary finetune with the same total of updates';
  return [
    `The merged model against the base: ${comparison(merged.differenceToBase)}.`,
    ...(mergedToOrdinary ? [`${ordinary}: ${comparison(mergedToOrdinary)}.`] : []),
    ...Object.entries(mergedToBaselines).map(
      ([model, difference]) => `The merged model against ${model}: ${comparison(difference)}.`,
    ),
  ];
}

function comparison(difference: Estimate): string {
  if (difference.mean === 0 && difference.standardError === 0) return 'the same held-out loss on every image';
  return `held-out loss ${difference.mean.toExponential(3)} ± ${difference.standardError.toExponential(1)}, ${directionText(difference)}`;
}
