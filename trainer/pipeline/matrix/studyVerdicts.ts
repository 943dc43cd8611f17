import {isJudged, plainScores} from '../../contract/matrix/judgedScores.ts';
import {rowLabel, scoreOf} from '../../contract/matrix/matrixEntries.ts';
import type {MatrixResult, MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {enoughErrors, isLess, scoreDifference} from '../../contract/matrix/scoreDifference.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import {parseModel} from '../../contract/run/runModel.ts';
import {directionText, measuredText, type Estimate} from '../../contract/scores/estimate.ts';

/** What nobody should read into the errors. */
const whatErrorsMean =
  'These errors are those of the drawn images and of the test images. Each model was trained once: a study with another decouple.seed shows what that adds.';

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
  const judged = plainScores(rows).filter(isJudged);
  const failed = rows.filter(({scores}) => scores.length === 0).map((row) => `Merged ${rowLabel(row)}: no result.`);
  const verdicts = judged.flatMap((score) => verdictsBy(score, rows));
  return [...failed, ...verdicts, ...(verdicts.length > 0 ? [whatErrorsMean] : [])];
}

function verdictsBy(score: string, rows: readonly MatrixRow[]): string[] {
  const compared = rows.map((row) => ({row, rivals: rivalsOf(row, score)})).filter(({rivals}) => rivals.length > 0);
  if (compared.length === 0) return [];
  const winners = compared
    .filter(({rivals}) => rivals.every(({difference}) => isLess(difference)))
    .map(({row}) => rowLabel(row));
  const than = new Set(compared.flatMap(({rivals}) => rivals.map(({model}) => rivalText(model))));
  const by = `better than ${new Intl.ListFormat('en').format(than)} by more than ${enoughErrors} standard errors`;
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
  const others = new Set(row.scores.map(({model}) => model).filter((model) => model !== 'merged'));
  const all = [...others].flatMap((model): Rival[] => {
    const difference = scoreDifference({row, model: 'merged'}, {row, model}, score);
    // What was not paired says too little.
    if (difference === null || difference.paired === 'separate') return [];
    return [{model, difference: {mean: difference.mean, standardError: difference.standardError ?? 0}}];
  });
  const baselines = all.filter(({model}) => parseModel(model)?.kind === 'baseline');
  const [best] = baselines.sort((a, b) => b.difference.mean - a.difference.mean);
  return [...all.filter(({model}) => model === 'base' || model === 'ordinary'), ...(best ? [best] : [])];
}

function comparison(row: MatrixRow, score: string, rivals: readonly Rival[]): string {
  const own = scoreOf({row, model: 'merged'}, score);
  const value = own ? ` ${measuredText(own.mean, own.standardError ?? undefined)}` : '';
  const against = rivals.map(
    ({model, difference}) => `against ${stageTitle(model, [])} ${differenceWords(difference)}`,
  );
  return `${score}, merged ${rowLabel(row)}:${value}; ${against.join('; ')}.`;
}

function differenceWords(difference: Estimate): string {
  const {mean, standardError} = difference;
  if (mean === 0 && standardError === 0) return 'the same';
  const signed = `${mean > 0 ? '+' : ''}${measuredText(mean, standardError)}`;
  return standardError === 0 ? `${signed} with every seed` : `${signed}, ${directionText(difference)}`;
}
