import type {SoakSample} from './memoryGrowth.ts';

const widths = [8, 10, 12, 10];

export const soakHead = row(['minute', 'updates', 'trainer', 'owner']);

/** One line of the table: minutes of training, updates, and the megabytes of the two processes. */
export function soakRow({minute, updates, trainer, owner}: SoakSample): string {
  return row([minute.toFixed(1), String(updates), megabytes(trainer), megabytes(owner)]);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ');
}
