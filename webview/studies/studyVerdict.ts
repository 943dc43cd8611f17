import {isJudged, plainScores} from '../../trainer/contract/matrix/judgedScores.ts';
import {rowLabel} from '../../trainer/contract/matrix/matrixEntries.ts';
import type {MatrixResult} from '../../trainer/contract/matrix/matrixResult.ts';
import {isLess} from '../../trainer/contract/matrix/scoreDifference.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {StudyContent} from '../../trainer/contract/studies/studyContent.ts';
import {studyRuns} from '../../trainer/contract/studies/studyProgress.ts';
import {againstText} from './againstText.ts';
import {benchmarkTable} from './benchmarkTable.ts';
import {matrixTable} from './matrixTable.ts';
import {bestValues, cellText, type StudyTable} from './studyTable.ts';

/** What a table says in words. */
export interface StudyVerdict {
  readonly outcome: 'better' | 'noise' | 'running' | 'failed';
  /** Sentences that count, and those behind them. */
  readonly conclusions: readonly string[];
  readonly details: readonly string[];
}

/** That of a study stands in its file; of a matrix and a benchmark it is made of the table. */
export function studyVerdict(content: StudyContent): StudyVerdict {
  if (content.kind === 'benchmark') {
    const table = benchmarkTable(content.result);
    const {scale, unlike, warnings, open, rows} = content.result;
    const cut = scale < 1 ? [`Cut to ${scale} of the benchmark: these numbers compare with no published ones.`] : [];
    if (open) {
      const titles = (models: readonly string[]) => models.map((model) => stageTitle(model, [])).join(', ');
      const done = titles(rows.map(({model}) => model));
      const sofar = `Drawn so far: ${done || 'no model'}; still to come: ${titles(open) || 'the scores of their images'}.`;
      const later = 'Images are scored at the end, those of all models together.';
      return {outcome: 'running', conclusions: [...cut, sofar], details: [later, ...unlike, ...warnings]};
    }
    const conclusions = [...cut, ...bestSentences(table)];
    return {outcome: outcomeOf(table), conclusions, details: [...unlike, ...warnings]};
  }
  const {result} = content;
  const {verdicts = []} = result;
  const runs = studyRuns(content);
  const isOpen = runs.some(({state}) => state === 'waiting' || state === 'current');
  if (content.kind === 'study') {
    const conclusions = isOpen ? verdicts : verdicts.filter(isConclusion);
    const details = isOpen ? [] : verdicts.filter((verdict) => !isConclusion(verdict));
    const isBetter = conclusions.some((verdict) => !verdict.includes('no merged model'));
    const empty = conclusions.length === 0 ? ['No run of this study has a result.'] : conclusions;
    return {
      outcome: isOpen ? 'running' : isBetter && conclusions.length > 0 ? 'better' : 'noise',
      conclusions: empty,
      details,
    };
  }
  return matrixVerdict(result, isOpen, runs.filter(({state}) => state === 'failed').length);
}

function matrixVerdict(result: MatrixResult, isOpen: boolean, failed: number): StudyVerdict {
  const table = matrixTable(result, 'merged');
  const judged = plainScores(result.rows).filter(isJudged);
  const measured = result.rows.filter(({scores}) => scores.length > 0);
  const sentences = measured.length === 0 ? [] : bestSentences(table, judged);
  const labelled = sentences.length > 0 ? sentences : [`No cell of this matrix has a result${isOpen ? ' yet' : ''}.`];
  const details = result.rows.filter(({scores}) => scores.length === 0).map((row) => `${rowLabel(row)}: no result.`);
  const outcome = isOpen ? 'running' : measured.length === 0 && failed > 0 ? 'failed' : outcomeOf(table);
  return {outcome, conclusions: labelled, details};
}

/** Of each score, or of some: which row is best, and how far it is from others. */
function bestSentences(table: StudyTable, keys: readonly string[] = table.columns.map(({key}) => key)): string[] {
  const best = bestValues(table);
  return table.columns.flatMap(({key, better}, i) => {
    if (!keys.includes(key)) return [];
    const row = table.rows.find(({cells}) => cells[i] && cells[i].value === best[i]);
    const cell = row?.cells[i];
    if (row === undefined || !cell) return [];
    const against = cell.against.map((each) => againstText(each, better));
    const name = table.heads.length === 1 ? row.labels.join(', ') : pairs(table.heads, row.labels);
    return [`${key}: best is ${name} with ${cellText(cell)}${against.length > 0 ? `; ${against.join(', ')}` : ''}.`];
  });
}

function pairs(heads: readonly string[], labels: readonly string[]): string {
  return heads.map((head, i) => `${head} = ${labels[i] ?? ''}`).join(', ');
}

/** `better` where some row is clearly better than the base by some score. */
function outcomeOf({columns, rows}: StudyTable): StudyVerdict['outcome'] {
  const isBetter = rows.some(({cells}) =>
    cells.some((cell, i) => {
      const toBase = cell?.against.find(({rival}) => rival === 'the base')?.difference;
      if (toBase === undefined) return false;
      return isLess(columns[i]?.better === 'higher' ? {...toBase, mean: -toBase.mean} : toBase);
    }),
  );
  return isBetter ? 'better' : 'noise';
}

/** As `studyVerdicts` of the trainer begins what it says of a score. */
function isConclusion(verdict: string): boolean {
  return / by more than \d+ standard errors\.$/.test(verdict);
}
