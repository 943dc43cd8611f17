import type {MatrixResult, MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {directionText, measuredText, type Estimate} from '../../contract/scores/estimate.ts';
import {estimate} from '../../evaluate/estimate.ts';
import {heldOutScores} from './matrixScores.ts';

/** So many standard errors are taken for an effect. */
const enough = 3;

/** The merged model of a row beside another model, by one score, of which less is better. */
interface Rival {
  readonly model: string;
  readonly difference: Estimate;
}

/**
 * What a study concludes, score by score: a sentence for each merged model, and whether one is better than the base, the ordinary finetune and the
 * best baseline by more than three standard errors. Distances are compared seed by seed, losses image by image.
 */
export function studyVerdicts(rows: MatrixResult['rows']): string[] {
  const names = rows.flatMap(({scores}) => scores.map(({score}) => score));
  const judged = [...new Set(names)].filter((name) => name === heldOutScores.loss || name.startsWith('Fréchet'));
  return judged.flatMap((score) => {
    const compared = rows.flatMap((row) => {
      const rivals = rivalsOf(row, score);
      return rivals.length > 0 ? [{row, rivals}] : [];
    });
    const winners = compared.filter(({rivals}) => rivals.every(isBeaten)).map(({row}) => labelOf(row));
    return compared.length === 0
      ? []
      : [conclusion(score, winners), ...compared.map(({row, rivals}) => comparison(row, score, rivals))];
  });
}

/** The models that count: the base, the ordinary finetune, and of the baselines the one that is hardest to beat. */
function rivalsOf(row: MatrixRow, score: string): Rival[] {
  const all = score === heldOutScores.loss ? byImage(row) : bySeed(row, score);
  const baselines = all.filter(({model}) => model.startsWith('baseline-'));
  const [best] = baselines.sort((a, b) => b.difference.mean - a.difference.mean);
  return [...all.filter(({model}) => model === 'base' || model === 'ordinary'), ...(best ? [best] : [])];
}

function byImage({scores}: MatrixRow): Rival[] {
  return scores
    .filter(({score}) => score === heldOutScores.merged)
    .flatMap(({model, mean, standardError}) =>
      standardError === null ? [] : [{model, difference: {mean, standardError}}],
    );
}

function bySeed({scores}: MatrixRow, name: string): Rival[] {
  const known = scores.filter(({score}) => score === name);
  const merged = known.find(({model}) => model === 'merged')?.values ?? [];
  if (merged.length < 2) return [];
  return known
    .filter(({model, values}) => model !== 'merged' && values.length === merged.length)
    .map(({model, values}) => ({
      model,
      difference: estimate(values.map((value, seed) => (merged[seed] ?? NaN) - value)),
    }));
}

function isBeaten({difference: {mean, standardError}}: Rival): boolean {
  return mean < -enough * standardError;
}

function conclusion(score: string, winners: readonly string[]): string {
  const than = `better than the base, the ordinary finetune and the best baseline by more than ${enough} standard errors`;
  return winners.length === 0
    ? `${score}: no merged model is ${than}.`
    : `${score}: merged ${winners.join(', and merged ')} is ${than}.`;
}

function comparison(row: MatrixRow, score: string, rivals: readonly Rival[]): string {
  const own = row.scores.find((each) => each.score === score && each.model === 'merged');
  const value = own ? ` ${measuredText(own.mean, own.standardError ?? undefined)}` : '';
  const against = rivals.map(
    ({model, difference}) => `against ${model} ${signedText(difference)}, ${directionText(difference)}`,
  );
  return `${score}, merged ${labelOf(row)}:${value}; ${against.join('; ')}.`;
}

function signedText({mean, standardError}: Estimate): string {
  return `${mean > 0 ? '+' : ''}${measuredText(mean, standardError)}`;
}

function labelOf({labels}: MatrixRow): string {
  return Object.values(labels).join(', ');
}
