import type {Report} from '../../trainer/contract/run/report.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {baseline, scoreTable, type ScoreCell, type ScoreRow} from '../../trainer/contract/scores/scoreTable.ts';
import {element, table, type Child} from '../dom.ts';
import {withTerm} from '../glossary/termButton.ts';
import {modelOrder} from './modelOrder.ts';

/** All scores of a report: a row for each score and feature network, a column for each model. */
export function scoreTableView(report: Report, ranges: Ranges): HTMLElement {
  const {models, rows} = scoreTable(report);
  const order = modelOrder(models);
  const names = order.map((place) => {
    const model = models[place] ?? '';
    const title = stageTitle(model, ranges);
    return element('span', {class: 'score-model'}, model === baseline ? `${title} (baseline)` : title);
  });
  const cells = rows.map((row) => [
    element('span', {class: 'score-name'}, ...withTerm(row.score), element('span', {class: 'score-note'}, noteOf(row))),
    ...order.map((place) => scoreCell(row.cells[place] ?? null, row)),
    element('span', {class: 'score-recipe'}, row.recipe),
  ]);
  const caption = 'All models, on the same images, noise and timesteps; ★ is the best of a row, bars begin at zero';
  return table(caption, ['Score', ...names, 'Measured'], cells);
}

function noteOf({network, better}: ScoreRow): string {
  return `${network === null ? '' : `by ${network}, `}${better} is better`;
}

function scoreCell(cell: ScoreCell | null, {cells}: ScoreRow): Child {
  if (cell === null) return '–';
  if (cell.verdict !== null) {
    const text = cell.verdict === 'noise' ? 'within noise' : cell.verdict;
    return element('span', {}, cell.text, element('span', {class: 'score-note'}, text));
  }
  const longest = Math.max(...cells.map((other) => Math.abs(other?.value ?? 0)));
  const bar = element('span', {class: 'score-bar', 'aria-hidden': 'true'});
  bar.style.width = `${longest > 0 ? (100 * Math.max(0, cell.value)) / longest : 0}%`;
  return element('span', {}, markedBest(cell.text, cell.isBest), bar);
}

/** A value that is marked, to be seen as well as heard, where it is the best. */
export function markedBest(text: string, isBest: boolean): Child {
  if (!isBest) return text;
  const star = element('span', {'aria-hidden': 'true'}, ' ★');
  return element('strong', {}, text, star, element('span', {class: 'visually-hidden'}, ' (best)'));
}
