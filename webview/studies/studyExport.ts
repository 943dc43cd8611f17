import {csvCell} from '../../trainer/contract/csvCell.ts';
import {againstText} from './againstText.ts';
import {bestValues, cellText, type StudyRow, type StudyTable} from './studyTable.ts';

/** Numbers at full precision: of each score the value, its standard error, and the difference to the base with its own. */
export function studyCsv({heads, columns, rows}: StudyTable): string {
  const parts = ['', ', standard error', ', difference to the base', ', its standard error'];
  const titles = columns.flatMap(({key}) => parts.map((part) => `${key}${part}`));
  const lines = rows.map(({labels, cells}) => [
    ...labels.map(csvCell),
    ...cells.flatMap((cell) => {
      const toBase = cell?.against.find(({rival}) => rival === 'the base')?.difference;
      // A negative number is no formula.
      return [cell?.value, cell?.error, toBase?.mean, toBase?.standardError].map((value) => String(value ?? ''));
    }),
  ]);
  return [[...heads, ...titles].map(csvCell), ...lines].map((line) => `${line.join(',')}\n`).join('');
}

/** The table as it is shown, for a page or a message: the best of each score is bold, differences follow their values. */
export function studyMarkdown(title: string, table: StudyTable): string {
  const {caption, heads, columns, rows} = table;
  const best = bestValues(table);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rowOf = ({labels, cells}: StudyRow) =>
    line([
      ...labels.map(escaped),
      ...cells.map((cell, i) => {
        if (cell === null) return '';
        const text = cell.value === best[i] ? `**${cellText(cell)}**` : cellText(cell);
        const against = cell.against.map((each) => againstText(each, columns[i]?.better ?? 'lower'));
        return [text, ...against.map(escaped)].join('<br>');
      }),
    ]);
  const head = [...heads, ...columns.map(({key, better}) => `${key} (${better} is better)`)].map(escaped);
  const lines = [line(head), line(head.map(() => '---')), ...rows.map(rowOf)];
  return `${escaped(title)}\n\n${lines.join('\n')}\n\n${escaped(caption.replace('★', 'bold'))}\n`;
}

/** What would end a cell, or begin markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
