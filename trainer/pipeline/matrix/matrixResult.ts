import type {MatrixResult, MatrixRow, MatrixRun} from '../../contract/matrix/matrixResult.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {Report} from '../../contract/run/report.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {isTraining, planStages} from '../graph/stagePlan.ts';
import type {MatrixCell} from './matrixCells.ts';
import {matrixScores} from './matrixScores.ts';

/** A run of a cell as far as it has come. */
export interface CellRun extends MatrixRun {
  /** Folder of the run; null where there is none. */
  readonly path: string | null;
  readonly resolved: ResolvedConfig;
}

/** The table of the cells that were tried, by what their runs have measured. */
export async function matrixResult(
  about: Pick<MatrixResult, 'name' | 'config' | 'columns' | 'repeats'>,
  cells: ReadonlyMap<MatrixCell, readonly CellRun[]>,
): Promise<MatrixResult> {
  const rows: MatrixRow[] = [];
  const trainings = {done: 0, takenOver: 0};
  for (const [cell, runs] of cells) {
    const done = runs.flatMap(({path, error}) => (path !== null && error === null ? [path] : []));
    const reports: Report[] = [];
    for (const path of done) reports.push(await readJson(runPaths.reportRecord(path), Report, 'the report'));
    for (const run of runs) await countTrainings(run, trainings);
    const shown = runs.map(({repeat, run, error}) => ({repeat, run, error}));
    rows.push({labels: {...cell.labels}, runs: shown, scores: matrixScores(reports)});
  }
  return {format: 1, ...about, rows, trainings};
}

async function countTrainings({path, resolved}: CellRun, count: {done: number; takenOver: number}): Promise<void> {
  if (path === null) return;
  for (const {name} of planStages(resolved.config).filter(isTraining)) {
    const record = await readStageRecord(path, name);
    if (record !== null) count[record.from === undefined ? 'done' : 'takenOver']++;
  }
}
