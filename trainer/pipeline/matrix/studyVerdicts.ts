import type {MatrixResult, MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {parseModel} from '../../contract/run/runModel.ts';
import {directionText, measuredText, type Estimate} from '../../contract/scores/estimate.ts';
import {estimate} from '../../evaluate/estimate.ts';
import {scoreNames} from '../../contract/scores/reportScores.ts';
import {isJudged} from './studyCharts.ts';

/** What nobody should read into the errors. */
const whatErrorsMean =
  'These errors are those of the drawn images and of the test images. Each model was trained once: a study with another decouple.seed shows what that adds.';

/** So many standard errors are taken for an effect. */
const enough = 3;

/** The merged model of a row beside another model, by one score, of which less is better. */
interface Rival {
  readonly model: string;
  readonly difference: Estimate;
}

/**
 * What a study concludes, score by score: which merged models are better than the base, the ordinary finetune and the best baseline by more than
 * three standard errors, and how far each is from them. Distances are compared seed by seed, losses image by image.
 */
export function studyVerdicts(rows: MatrixResult['rows']): string[] {
  const names = rows.flatMap(({scores}) => scores.map(({score}) => score));
  const judged = [...new Set(names)].filter(isJudged);
  const failed = rows.filter(({scores}) => scores.length === 0).map((row) => `Merged ${labelOf(row)}: no result.`);
  const verdicts = judged.flatMap((score) => verdictsBy(score, rows));
  return [...failed, ...verdicts, ...(verdicts.length > 0 ? [whatErrorsMean] : [])];
}

function verdictsBy(score: string, rows: readonly MatrixRow[]): string[] {
  const compared = rows.map((row) => ({row, rivals: rivalsOf(row, score)})).filter(({rivals}) => rivals.length > 0);
  if (compared.length === 0) return [];
  const winners = compared.filter(({rivals}) => rivals.every(isBeaten)).map(({row}) => labelOf(row));
  const than = new Set(compared.flatMap(({rivals}) => rivals.map(({model}) => rivalText(model))));
  const by = `better than ${new Intl.ListFormat('en').format(than)} by more than ${enough} standard errors`;
  const conclusion =
    winners.length === 0
      ? `no merged model is ${by}.`
      : `merged ${winners.join(' and merged ')} ${winners.length === 1 ? 'is' : 'are'} ${by}.`;
  return [`${score}: ${conclusion}`, ...compared.map(({row, rivals}) => comparison(row, score, rivals))];
}

function rivalText(model: string): string {
  return model === 'base' ? 'the base' : model === 'ordinary' ? 'the ordinary finetune' : 'the best baseline';
}

/** The models that count: the base, the ordinary finetune, and of the baselines the one that is hardest to beat. */
function rivalsOf(row: MatrixRow, score: string): Rival[] {
  const all = score === scoreNames.loss ? byImage(row) : bySeed(row, score);
  const baselines = all.filter(({model}) => parseModel(model)?.kind === 'baseline');
  const [best] = baselines.sort((a, b) => b.difference.mean - a.difference.mean);
  return [...all.filter(({model}) => model === 'base' || model === 'ordinary'), ...(best ? [best] : [])];
}

function byImage({scores}: MatrixRow): Rival[] {
  return scores
    .filter(({score}) => score === scoreNames.merged)
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

function comparison(row: MatrixRow, score: string, rivals: readonly Rival[]): string {
  const own = row.scores.find((each) => each.score === score && each.model === 'merged');
  const value = own ? ` ${measuredText(own.mean, own.standardError ?? undefined)}` : '';
  const against = rivals.map(({model, difference}) => `against ${model} ${differenceWords(difference)}`);
  return `${score}, merged ${labelOf(row)}:${value}; ${against.join('; ')}.`;
}

function differenceWords(difference: Estimate): string {
  const {mean, standardError} = difference;
  if (mean === 0 && standardError === 0) return 'the same';
  const signed = `${mean > 0 ? '+' : ''}${measuredText(mean, standardError)}`;
  return standardError === 0 ? `${signed} with every seed` : `${signed}, ${directionText(difference)}`;
}

function labelOf({labels}: MatrixRow): string {
  return Object.values(labels).join(', ');
}
