import type {Report} from '../run/report.ts';
import {directionText, type Estimate} from './estimate.ts';

/** One sentence for each comparison of a report, whether it is favourable or not. */
export function verdicts(report: Report): string[] {
  return mergedDifferences(report).map(
    ([model, difference]) => `The merged model against ${rivals[model] ?? model}: ${comparison(difference)}.`,
  );
}

const rivals: Readonly<Record<string, string>> = {
  base: 'the base',
  ordinary: 'one ordinary finetune with the same total of updates',
};

/** How far the held-out loss of the merged model is from that of the base, the ordinary finetune and each baseline, on the same images and noise. */
export function mergedDifferences({heldOut, mergedToOrdinary, mergedToBaselines = {}}: Report): [string, Estimate][] {
  const merged = heldOut['merged'];
  if (!merged) return [];
  const ordinary: [string, Estimate][] = mergedToOrdinary ? [['ordinary', mergedToOrdinary]] : [];
  return [['base', merged.differenceToBase], ...ordinary, ...Object.entries(mergedToBaselines)];
}

function comparison(difference: Estimate): string {
  if (difference.mean === 0 && difference.standardError === 0) return 'the same held-out loss on every image';
  return `held-out loss ${difference.mean.toExponential(3)} ± ${difference.standardError.toExponential(1)}, ${directionText(difference)}`;
}
