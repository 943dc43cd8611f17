import type {MatrixResult, MatrixRow, MatrixRun} from '../../contract/matrix/matrixResult.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {Report} from '../../contract/run/report.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {isTraining, planStages} from '../graph/stagePlan.ts';
import type {MatrixCell} from './matrixCells.ts';
import {matrixScores} from './matrixScores.ts';

/** What a run of a cell has come to. It is read once: the table is made anew after every run. */
export interface CellRun extends MatrixRun {
  /** Its folder; null where it has none. */
  readonly path: string | null;
  /** Null where it has none. */
  readonly report: Report | null;
  readonly trainings: MatrixResult['trainings'];
}

/** What the run in a folder has measured and trained. */
export async function readCellRun(path: string, {config}: ResolvedConfig, error: MatrixRun['error']) {
  const trainings = {done: 0, takenOver: 0};
  for (const {name} of planStages(config).filter(isTraining)) {
    const record = await readStageRecord(path, name);
    if (record !== null) trainings[record.from === undefined ? 'done' : 'takenOver']++;
  }
  const report = error === null ? await readJson(runPaths.reportRecord(path), Report, 'the report') : null;
  return {report, trainings};
}

/** The table of the cells that were tried, by what their runs have measured. */
export function matrixResult(
  about: Pick<MatrixResult, 'name' | 'config' | 'columns' | 'repeats' | 'output' | 'planned'>,
  cells: ReadonlyMap<MatrixCell, readonly CellRun[]>,
): MatrixResult {
  const rows = [...cells].map(([{labels}, runs]): MatrixRow => ({
    labels: {...labels},
    runs: runs.map(({repeat, run, error}) => ({repeat, run, error})),
    scores: matrixScores(runs.flatMap(({report}) => report ?? [])),
  }));
  const all = [...cells.values()].flat();
  const total = (kind: keyof CellRun['trainings']) => all.reduce((sum, {trainings}) => sum + trainings[kind], 0);
  return {format: 1, ...about, rows, trainings: {done: total('done'), takenOver: total('takenOver')}};
}
