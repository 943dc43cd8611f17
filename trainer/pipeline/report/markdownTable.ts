import type {Estimate} from '../../contract/scores/estimate.ts';

/** A table of Markdown, whatever is in its cells. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A loss with its standard error. */
export function plusMinus({mean, standardError}: Estimate): string {
  return `${mean.toFixed(5)} ± ${standardError.toFixed(5)}`;
}

/** On one line, and without an end of the cell in it. */
function cellText(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|');
}
