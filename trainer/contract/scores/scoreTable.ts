import type {NetworkDistances, Report} from '../run/report.ts';
import {isNoise, measuredText, type Estimate} from './estimate.ts';
import {recipeTexts, type RecipeTexts} from './recipeTexts.ts';

/** What a model scored. */
export interface ScoreCell {
  readonly value: number;
  /** With its error, where that is known. */
  readonly text: string;
  /** Whether no other model scored better, and some worse. */
  readonly isBest: boolean;
  /** What a difference to the base says; null for a score. */
  readonly verdict: 'better' | 'worse' | 'noise' | null;
}

/** A score of all models. */
export interface ScoreRow {
  readonly score: string;
  /** Feature network; null for a score that needs none. */
  readonly network: string | null;
  readonly better: 'lower' | 'higher';
  /** How it was measured, and what stands behind ±. */
  readonly recipe: string;
  /** One for each model of the table. */
  readonly cells: readonly (ScoreCell | null)[];
}

export interface ScoreTable {
  readonly models: readonly string[];
  readonly rows: readonly ScoreRow[];
}

/** The model that the others are compared with. */
export const baseline = 'base';

/** All scores of a report: a row for each score and feature network, a column for each model. */
export function scoreTable(report: Report): ScoreTable {
  const networks = networksOf(report);
  const {heldOut} = report;
  const measured = [heldOut, ...networks.flatMap(({frechet, kid}) => [frechet, kid])];
  const models = [...new Set(measured.flatMap((scores) => Object.keys(scores)))];
  const texts = recipeTexts(report.recipe);
  const ofLosses = (row: Pick<ScoreKind<Report>, 'score' | 'of' | 'difference'>) =>
    rowOf(report, models, {...row, network: null, better: 'lower', recipe: texts.heldOut});
  const rows = [
    ofLosses({score: 'held-out loss', of: (_, model) => heldOut[model]}),
    ofLosses({score: 'held-out loss, difference to the base', difference: (_, model) => lossDifference(report, model)}),
    ...networks.flatMap((scores) => networkRows(scores, models, texts)),
  ];
  return {models, rows: rows.filter(({cells}) => cells.some((cell) => cell !== null))};
}

/** The distances of a report by each network; those of a single one stand in the report itself. */
export function networksOf(report: Report): NetworkDistances[] {
  if (report.networks) return report.networks;
  const {recipe, frechet, kid, precisionRecall, inceptionScore, clipScore, frechetSpread, frechetBySize} = report;
  const about = typeof recipe['features'] === 'string' ? recipe['features'] : '';
  const network = recipeTexts(recipe).firstNetwork ?? 'features';
  const scores = {precisionRecall, inceptionScore, clipScore, frechetSpread, frechetBySize};
  return [{network, about, frechet, kid, ...scores, reference: report.reference}];
}

/** A score, and how it is read from what was measured. */
interface ScoreKind<T> extends Pick<ScoreRow, 'score' | 'network' | 'better' | 'recipe'> {
  of?(scores: T, model: string): Measured | undefined;
  /** In place of `of`. */
  difference?(scores: T, model: string): Difference | undefined;
}

interface Difference extends Estimate {
  /** The score of the base. */
  readonly base?: number | undefined;
}

interface Measured {
  readonly mean: number;
  readonly standardError?: number | undefined;
}

function rowOf<T>(scores: T, models: readonly string[], {of, difference, ...row}: ScoreKind<T>): ScoreRow {
  if (difference) return {...row, cells: models.map((model) => differenceCell(difference(scores, model), row.better))};
  const measured = models.map((model) => of?.(scores, model));
  const values = measured.flatMap((score) => (score && Number.isFinite(score.mean) ? [score.mean] : []));
  const isAlike = values.every((value) => value === values[0]);
  const best = isAlike ? NaN : row.better === 'lower' ? Math.min(...values) : Math.max(...values);
  const cells = measured.map((score) => {
    if (!score) return null;
    const {mean: value, standardError} = score;
    return {value, text: measuredText(value, standardError), isBest: value === best, verdict: null};
  });
  return {...row, cells};
}

function differenceCell(difference: Difference | undefined, better: ScoreRow['better']): ScoreCell | null {
  if (!difference) return null;
  const isBetter = better === 'lower' ? difference.mean < 0 : difference.mean > 0;
  const verdict = isNoise(difference) ? 'noise' : isBetter ? 'better' : 'worse';
  const share = difference.base ? `, ${percent(difference.mean / difference.base)}` : '';
  return {value: difference.mean, text: signedText(difference) + share, isBest: false, verdict};
}

/** `±0` between two models that are the same. */
function signedText({mean, standardError}: Estimate): string {
  if (mean === 0 && standardError === 0) return '±0';
  return `${mean < 0 ? '' : '+'}${measuredText(mean, standardError)}`;
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(2)} %`;
}

function lossDifference({heldOut}: Report, model: string): Difference | undefined {
  const difference = model === baseline ? undefined : heldOut[model]?.differenceToBase;
  return difference && {...difference, base: heldOut[baseline]?.mean};
}

function networkRows(scores: NetworkDistances, models: readonly string[], texts: RecipeTexts): ScoreRow[] {
  const {network, frechetSpread = {}, precisionRecall = {}, inceptionScore = {}, clipScore = {}} = scores;
  const [spread] = Object.values(frechetSpread);
  const [neighboured] = Object.values(precisionRecall);
  const [split] = Object.values(inceptionScore);
  const measuredBy = texts.drawn(network, scores.reference);
  const alone = texts.drawn(network, null);
  const add = (
    score: string,
    better: ScoreRow['better'],
    recipe: string,
    how: Pick<ScoreKind<NetworkDistances>, 'of' | 'difference'>,
  ) => rowOf(scores, models, {score, network, better, recipe, ...how});
  const jackknife = spread
    ? `± a standard error by a jackknife over ${spread.groups} groups of the images`
    : 'no interval, which needs features that are kept, of clearly more images than features';
  return [
    add('Fréchet distance', 'lower', `${measuredBy}; ${jackknife}`, {
      of: ({frechet}, model) =>
        frechet[model] === undefined
          ? undefined
          : {mean: frechet[model], standardError: frechetSpread[model]?.standardError},
    }),
    add('Fréchet distance, difference to the base', 'lower', `${measuredBy}; ${jackknife}, paired by image`, {
      difference: ({frechet}, model) => {
        const toBase = frechetSpread[model]?.toBase;
        return toBase && {...toBase, base: frechet[baseline]};
      },
    }),
    add(
      'KID',
      'lower',
      `${measuredBy}; ${texts.kidError}; unbiased: about 0, and as often below it, for images of one kind`,
      {
        of: ({kid}, model) => kid[model],
      },
    ),
    ...(['precision', 'recall'] as const).map((name) =>
      add(
        `${name} (${neighboured?.neighbours ?? 0} neighbours)`,
        'higher',
        `${measuredBy}; ± a standard error over the ${name === 'precision' ? 'images' : 'reference images'}, with the neighbourhoods as they are`,
        {
          of: (_, model) => {
            const found = precisionRecall[model];
            return found && {mean: found[name], standardError: found[`${name}Error`]};
          },
        },
      ),
    ),
    add('inception score', 'higher', `${alone}; ± the deviation over ${split?.splits ?? 0} splits`, {
      of: (_, model) => {
        const found = inceptionScore[model];
        return found && {mean: found.mean, standardError: found.deviation};
      },
    }),
    add('CLIP score (100 x mean cosine)', 'higher', `${alone}; ± a standard error over the images`, {
      of: (_, model) => {
        const found = clipScore[model];
        return found && {mean: 100 * found.meanCosine, standardError: 100 * found.standardError};
      },
    }),
  ];
}
