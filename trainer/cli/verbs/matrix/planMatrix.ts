import {basename, dirname, join, relative, resolve} from 'node:path';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {MatrixConfig} from '../../../contract/matrix/matrixConfig.ts';
import type {MatrixResult} from '../../../contract/matrix/matrixResult.ts';
import {matrixConfigs, type CellRunConfig} from '../../../pipeline/matrix/cellConfig.ts';
import type {studyPictures} from '../../../pipeline/matrix/studyPictures.ts';
import {resolvedAt} from '../../../pipeline/owner/resolveConfig.ts';
import {wantedOf, type Wanted} from '../../../pipeline/owner/work.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {cellText, type PlannedRun as Planned} from '../../../contract/matrix/matrixRuns.ts';

/** A run of the matrix. */
export interface PlannedRun extends Omit<CellRunConfig, 'config'> {
  readonly wanted: Wanted;
}

/** What a matrix makes, and where its table goes. */
export interface MatrixPlan {
  readonly about: Pick<MatrixResult, 'name' | 'config' | 'columns' | 'repeats' | 'output' | 'planned'>;
  readonly runs: readonly PlannedRun[];
  readonly out: string;
  /** Name of the table's files. */
  readonly stem: 'matrix' | 'study';
  /** What is concluded from the table. */
  readonly conclude?: (rows: MatrixResult['rows']) => string[];
  /** Pictures for the page. */
  readonly illustrate?: typeof studyPictures;
}

/** The valid config that a matrix varies. */
export interface VariedConfig {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** All runs with their configs, so that one that is wrong is told before any has begun. */
export async function planMatrix(
  {name, file, text}: VariedConfig,
  matrix: MatrixConfig,
  stem: MatrixPlan['stem'],
  {engine, out}: {engine?: EngineChoice; out?: string},
): Promise<MatrixPlan> {
  const runs: PlannedRun[] = [];
  for (const {cell, repeat, config} of matrixConfigs(text, file, matrix)) {
    const wanted = wantedOf(file, await resolvedAt(file, config), {kind: 'pipeline'}, {engine});
    runs.push({cell, repeat, wanted});
  }
  const folder = resolve(out ?? join(dirname(file), `${basename(file).replace(/(?:\.deme)?\.\w+$/, '')}-${stem}`));
  const about = {
    name,
    config: file,
    columns: Object.keys(matrix.columns),
    repeats: runs[0]?.cell.repeats.length ?? 1,
    output: outputFrom(folder, runs),
    planned: runs.map(plannedRun),
  };
  return {about, runs, out: folder, stem};
}

/** The folder of the runs, which is the same for all, as seen from that of the table: the two may be moved together. */
function outputFrom(folder: string, [first]: readonly PlannedRun[]): string | undefined {
  if (first === undefined) return undefined;
  const {folder: ofConfig, config} = first.wanted.resolved;
  return relative(folder, resolve(ofConfig, config.output)).replaceAll('\\', '/');
}

/** What a table has of a run that is still to come. */
export function plannedRun({cell, repeat}: Pick<PlannedRun, 'cell' | 'repeat'>): Planned {
  return {labels: {...cell.labels}, repeat};
}

/** Prints the runs that a plan makes. */
export function printPlan({runs}: MatrixPlan, options: OutputOptions): ExitCode {
  printResult(options, runs.map(plannedRun), [`${runs.length} runs:`, ...runs.map((run) => `  ${runText(run)}`)]);
  return 0;
}

/** `N = 4, p = 0.3, repetition 2` */
export function runText({cell, repeat}: Pick<PlannedRun, 'cell' | 'repeat'>): string {
  return `${cellText(cell)}${repeat === null ? '' : `, repetition ${repeat}`}`;
}
