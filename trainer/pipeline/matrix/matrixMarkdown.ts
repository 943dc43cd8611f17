import type {MatrixResult, MatrixRow} from '../../contract/matrix/matrixResult.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import {measuredText} from '../../contract/scores/estimate.ts';
import {table} from '../report/markdownTable.ts';

/** A picture beside the page. */
export interface PagePicture {
  readonly file: string;
  readonly alt: string;
}

/**
 * `matrix.md`: a table for each score, with a line for each cell and a column for each model; before them, what a study concludes, and its
 * pictures.
 */
export function matrixMarkdown(
  {name, repeats, columns, rows, verdicts, trainings}: MatrixResult,
  pictures: readonly PagePicture[] = [],
): string {
  const scores = [...new Set(rows.flatMap((row) => row.scores.map(({score}) => score)))];
  const over =
    repeats > 1
      ? `Means over ${repeats} runs of each cell, with the standard error of the mean; what all runs share has its own. `
      : '';
  return [
    `# ${verdicts ? 'Study' : 'Matrix'} of ${name}`,
    ...(verdicts ? [verdicts.map((verdict) => `- ${verdict}`).join('\n')] : []),
    ...pictures.map(({file, alt}) => `![${alt}](${file})`),
    `${over}${trainings.done} trainings were done, ${trainings.takenOver} were taken over from another cell.`,
    ...scores.flatMap((score) => [`## ${score}`, scoreTable(score, columns, rows)]),
    '## Runs',
    runTable(columns, rows),
    '',
  ].join('\n\n');
}

function scoreTable(score: string, columns: readonly string[], rows: readonly MatrixRow[]): string {
  const of = ({scores}: MatrixRow) => scores.filter((each) => each.score === score);
  const models = [...new Set(rows.flatMap((row) => of(row).map(({model}) => model)))];
  const lines = rows.map((row) => {
    const cells = models.map((model) => {
      const found = of(row).find((each) => each.model === model);
      return found ? measuredText(found.mean, found.standardError ?? undefined) : '';
    });
    return [...labelsOf(columns, row), ...cells];
  });
  return table([...columns, ...models.map((model) => stageTitle(model, []))], lines);
}

function runTable(columns: readonly string[], rows: readonly MatrixRow[]): string {
  const lines = rows.flatMap((row) =>
    row.runs.map(({repeat, run, error}) => [...labelsOf(columns, row), repeat ?? '', run ?? '', error?.message ?? '']),
  );
  return table([...columns, 'repetition', 'run', 'error'], lines);
}

function labelsOf(columns: readonly string[], {labels}: MatrixRow): string[] {
  return columns.map((column) => labels[column] ?? '');
}
