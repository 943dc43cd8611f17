import {intervalChart, type Interval} from '../../chart/intervalChart.ts';
import {darkColours, printColours} from '../../chart/printColours.ts';
import {isJudged, plainScores} from '../../contract/matrix/judgedScores.ts';
import {entryName, scoreOf, studyEntries} from '../../contract/matrix/matrixEntries.ts';
import type {MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {measuredText} from '../../contract/scores/estimate.ts';
import {modelColour} from '../report/modelColour.ts';

/** A picture of one score of all models of a study. */
export interface StudyChart {
  readonly score: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  readonly svg: string;
}

/** One chart for each score that a study judges by: every model once, the merged ones by how they were found, the best on top. */
export function studyCharts(rows: readonly MatrixRow[]): StudyChart[] {
  return plainScores(rows)
    .filter(isJudged)
    .map((score) => chartOf(score, rows));
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

function modelsOf(score: string, rows: readonly MatrixRow[]): Interval[] {
  const found = studyEntries(rows).flatMap((entry): Interval[] => {
    const known = scoreOf(entry, score);
    if (known === undefined) return [];
    const {mean, standardError} = known;
    return [{label: entryName(entry), mean, error: standardError ?? 0, colour: modelColour(entry.model)}];
  });
  return found.sort((a, b) => a.mean - b.mean);
}
