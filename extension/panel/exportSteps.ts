import {csvCell} from '../../trainer/contract/csvCell.ts';
import {curveSeries, rowLength} from '../../trainer/contract/run/curveBins.ts';
import {stagesWithMetrics} from '../../trainer/store/metrics/metricsFolders.ts';
import {readSteps} from '../../trainer/store/metrics/metricsReader.ts';
import type {Run} from '../runs/run.ts';
import {tensorBoardFile, type Scalar} from './tensorBoardFile.ts';

/** All steps of one training stage: rows of update, time and the values of `curveSeries`. */
export interface StageSteps {
  readonly run: string;
  readonly stage: string;
  readonly rows: Float64Array;
}

export async function stepsOf(runs: readonly Run[]): Promise<StageSteps[]> {
  const all: StageSteps[] = [];
  for (const {path, record} of runs) {
    for (const stage of await stagesWithMetrics(path)) {
      const rows = await readSteps(path, stage);
      if (rows.length > 0) all.push({run: record.id, stage, rows});
    }
  }
  return all;
}

/** One line for each step; a gap is an empty cell. */
export function stepsCsv(all: readonly StageSteps[]): string {
  const lines = all.flatMap(({run, stage, rows}) =>
    rowsOf(rows).map(([update = NaN, time = NaN, ...values]) =>
      [csvCell(run), csvCell(stage), update, new Date(time).toISOString(), ...values.map(cell)].join(','),
    ),
  );
  return [['run', 'stage', 'update', 'time', ...curveSeries].join(','), ...lines, ''].join('\n');
}

/** Columns by run and stage, with the settings of each run; a gap is null. */
export function stepsJson(all: readonly StageSteps[], runs: readonly Run[]): string {
  const columns = ['update', 'time', ...curveSeries];
  const stagesOf = (id: string) => all.filter(({run}) => run === id);
  const columnsOf = ({rows}: StageSteps) =>
    Object.fromEntries(columns.map((name, i) => [name, rowsOf(rows).map((row) => finiteOrNull(row[i]))]));
  const value = runs.map(({record, config}) => ({
    ...record,
    config: config.config,
    stages: Object.fromEntries(stagesOf(record.id).map((steps) => [steps.stage, columnsOf(steps)])),
  }));
  return `${JSON.stringify({runs: value}, null, 1)}\n`;
}

/** One TensorBoard event file for a stage, which TensorBoard shows as a run of its own. */
export function stepsTensorBoard({rows}: StageSteps): Uint8Array {
  return tensorBoardFile(
    rowsOf(rows).flatMap(([step = NaN, time = NaN, ...values]) =>
      values.map((value, i): Scalar => ({tag: curveSeries[i] ?? '', step, wallTime: time / 1000, value})),
    ),
  );
}

function rowsOf(rows: Float64Array): Float64Array[] {
  return Array.from({length: rows.length / rowLength}, (_, i) => rows.subarray(i * rowLength, (i + 1) * rowLength));
}

function cell(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
