import type {BenchmarkResult, BenchmarkScore, PublishedRow} from '../../trainer/contract/benchmark/benchmarkResult.ts';
import type {ScoreDifference} from '../../trainer/contract/matrix/scoreDifference.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import {scoreNames} from '../../trainer/contract/scores/reportScores.ts';
import type {StudyCell, StudyColumn, StudyRow, StudyTable} from './studyTable.ts';

/** Scores of which more is better. */
const moreIsBetter = new Set(['precision', 'recall', 'inception score', 'CLIP score']);

/** Our models, and below them the published ones, each with where its numbers stand and how they were measured. */
export function benchmarkTable(result: BenchmarkResult): StudyTable {
  const {rows, published, scale, open} = result;
  const own = new Map(rows.flatMap(({scores}) => scores).map((score) => [keyOf(score), columnOf(score)]));
  const losses = Object.keys(result.heldOut).length > 0 ? [lossColumn] : [];
  const others = published.filter(({score}) => ![...own.values()].some(({title}) => title === score));
  const theirs = new Map(others.map(({score}) => [score, columnOf({score, network: null, reference: null})]));
  const columns = [...losses, ...own.values(), ...theirs.values()];
  return {
    caption: `Measured here${open ? ' so far' : ''}${scale < 1 ? `, cut to ${scale}` : ''}${published.length > 0 ? ', and as published' : ''}; ★ is the best of a column`,
    heads: ['Model'],
    columns,
    rows: [...rows.map((row) => ownRow(row, columns, result)), ...publishedRows(published, columns)],
  };
}

const lossColumn: StudyColumn = {
  key: scoreNames.loss,
  title: scoreNames.loss,
  note: 'of test images, lower is better',
  better: 'lower',
};

function columnOf({score, network, reference}: Pick<BenchmarkScore, 'score' | 'network' | 'reference'>): StudyColumn {
  const better = moreIsBetter.has(score) ? 'higher' : 'lower';
  const by = network === null ? [] : [`by ${network}`];
  const against = reference === null ? [] : [`against ${reference}`];
  return {
    key: keyOf({score, network}),
    title: score,
    note: [...by, ...against, `${better} is better`].join(', '),
    better,
  };
}

function keyOf({score, network}: Pick<BenchmarkScore, 'score' | 'network'>): string {
  return network === null ? score : `${score} (${network})`;
}

function ownRow(
  {model, updates, scores, recipe}: BenchmarkResult['rows'][number],
  columns: readonly StudyColumn[],
  {heldOut, rows}: BenchmarkResult,
): StudyRow {
  const base = rows.find((row) => row.model === 'base')?.scores ?? [];
  const cells = columns.map((column): StudyCell | null => {
    if (column === lossColumn) return lossCell(model, heldOut);
    const found = scores.find((score) => keyOf(score) === column.key);
    if (found === undefined) return null;
    const {value, standardError: error = null} = found;
    const ofBase = base.find((score) => keyOf(score) === column.key);
    const against = model === 'base' || ofBase === undefined ? [] : [separately(found, ofBase)];
    return {value, error, against: against.map((difference) => ({rival: 'the base', difference}))};
  });
  const note = `measured here; ${updates === 0 ? 'no updates' : `${updates} updates`}, ${recipe.images} images`;
  return {key: `own ${model}`, labels: [stageTitle(model, [])], note, cells};
}

function lossCell(model: string, heldOut: BenchmarkResult['heldOut']): StudyCell | null {
  const found = heldOut[model];
  if (found === undefined) return null;
  const {mean, standardError, differenceToBase} = found;
  const difference: ScoreDifference = {...differenceToBase, paired: 'images'};
  return {value: mean, error: standardError, against: model === 'base' ? [] : [{rival: 'the base', difference}]};
}

/** The benchmark keeps no paired differences of scores. */
function separately(a: BenchmarkScore, b: BenchmarkScore): ScoreDifference {
  const errors = [a.standardError, b.standardError];
  const isKnown = errors.every((error) => error !== undefined);
  return {
    mean: a.value - b.value,
    standardError: isKnown ? Math.hypot(...errors.map(Number)) : null,
    paired: 'separate',
  };
}

/** One for each method and source; in the column that measures the same, else in one of its own. */
function publishedRows(published: readonly PublishedRow[], columns: readonly StudyColumn[]): StudyRow[] {
  const byMethod = new Map<string, PublishedRow[]>();
  for (const row of published) {
    const key = JSON.stringify([row.method, row.source.split(',', 1)]);
    byMethod.set(key, [...(byMethod.get(key) ?? []), row]);
  }
  return [...byMethod].map(([key, rows]): StudyRow => {
    const [{method, source, protocol} = {method: '', source: '', protocol: ''}] = rows;
    const cells = columns.map((column): StudyCell | null => {
      const found = rows.find(
        ({score}) => score === column.title && columns.find(({title}) => title === score) === column,
      );
      return found ? {value: found.value, error: null, against: []} : null;
    });
    return {key: `published ${key}`, labels: [method], note: `published: ${source}; ${protocol}`, cells};
  });
}
