import {stageTitle} from '../overview/stageTitle.ts';
import type {MatrixRow, MatrixScore} from './matrixResult.ts';

/** A model of a cell. */
export interface MatrixEntry {
  readonly row: MatrixRow;
  readonly model: string;
}

/** Every model of a study once: what no search has changed is the same in all rows; the merged ones come by how they were found. */
export function studyEntries(rows: readonly MatrixRow[]): MatrixEntry[] {
  const found = new Map<string, MatrixEntry>();
  for (const row of rows) {
    for (const {model} of row.scores) {
      const entry = {row, model};
      const name = entryName(entry);
      if (!found.has(name)) found.set(name, entry);
    }
  }
  return [...found.values()];
}

/** `merged by both`; of what no search has changed, the model alone, as in `baseline p2`. */
export function entryName({row, model}: MatrixEntry): string {
  return model === 'merged' ? `merged ${rowLabel(row)}` : stageTitle(model, []);
}

/** `by both`: what tells a cell from the others. */
export function rowLabel({labels}: Pick<MatrixRow, 'labels'>): string {
  return Object.values(labels).join(', ');
}

export function scoreOf({row, model}: MatrixEntry, score: string): MatrixScore | undefined {
  return row.scores.find((each) => each.score === score && each.model === model);
}
