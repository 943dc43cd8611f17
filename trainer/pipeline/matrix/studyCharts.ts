import {intervalChart, type Interval} from '../../chart/intervalChart.ts';
import {darkColours, printColours} from '../../chart/printColours.ts';
import type {MatrixRow, MatrixScore} from '../../contract/matrix/matrixResult.ts';
import {measuredText} from '../../contract/scores/estimate.ts';
import {modelColour} from '../report/modelColour.ts';
import {scoreNames} from '../../contract/scores/reportScores.ts';

/** A picture of one score of all models of a study. */
export interface StudyChart {
  readonly score: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  readonly svg: string;
}

/** One chart for each score that a study judges by: every model once, the merged ones by how they were found, the best on top. */
export function studyCharts(rows: readonly MatrixRow[]): StudyChart[] {
  const names = new Set(rows.flatMap(({scores}) => scores.map(({score}) => score)));
  return [...names].filter(isJudged).map((score) => chartOf(score, rows));
}

/** Whether a study judges by a score; of all of them, less is better. */
export function isJudged(score: string): boolean {
  return score === scoreNames.loss || score.startsWith(scoreNames.frechet);
}

function chartOf(score: string, rows: readonly MatrixRow[]): StudyChart {
  const models = modelsOf(score, rows);
  const base = models.find(({label}) => label === 'base')?.mean;
  const texts = models.map(({label, mean, error}) => `${label} ${measuredText(mean, error)}`);
  const title = `${score.charAt(0).toUpperCase()}${score.slice(1)}`;
  const xLabel = 'less is better; whiskers: one standard error; dashed: the base';
  return {
    score,
    alt: `${title}, best first: ${texts.join('; ')}`,
    svg: intervalChart({title, dark: darkColours, xLabel, rows: models, compared: base}, printColours),
  };
}

/** What no search has changed is the same in all rows, and comes once. */
function modelsOf(score: string, rows: readonly MatrixRow[]): Interval[] {
  const found = new Map<string, Interval>();
  for (const row of rows) {
    for (const each of row.scores.filter((known) => known.score === score)) {
      const label = each.model === 'merged' ? `merged ${Object.values(row.labels).join(', ')}` : each.model;
      if (!found.has(label)) found.set(label, intervalOf(label, each));
    }
  }
  return [...found.values()].sort((a, b) => a.mean - b.mean);
}

function intervalOf(label: string, {model, mean, standardError}: MatrixScore): Interval {
  return {label, mean, error: standardError ?? 0, colour: modelColour(model)};
}
