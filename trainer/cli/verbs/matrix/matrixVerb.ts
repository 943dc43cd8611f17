import {basename, dirname, join, resolve} from 'node:path';
import type {Command} from 'commander';
import type {EngineChoice} from '../../../contract/config/config.ts';
import {parseConfig} from '../../../contract/config/parseConfig.ts';
import {UserError} from '../../../contract/errors.ts';
import {matrixConfigs} from '../../../pipeline/matrix/cellConfig.ts';
import {resolvedAt} from '../../../pipeline/owner/resolveConfig.ts';
import {wantedOf} from '../../../pipeline/owner/work.ts';
import {readConfigText} from '../../../store/files/configText.ts';
import {action} from '../../action.ts';
import {engineOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {runMatrix, runText, type MatrixPlan, type PlannedRun} from './runMatrix.ts';

interface MatrixOptions extends OutputOptions {
  engine?: EngineChoice;
  out?: string;
  dryRun?: boolean;
}

/** `deme matrix`. */
export function addMatrixVerb(deme: Command): void {
  const command = deme
    .command('matrix <config>')
    .description('run a config with each combination of the settings that its matrix names, and make one table of all')
    .option('--out <folder>', 'folder of matrix.json and matrix.md (NAME-matrix beside NAME.deme.yaml)')
    .addOption(engineOption())
    .option('--dry-run', 'only say which runs it makes');
  action(command, matrix);
}

async function matrix(file: string, options: MatrixOptions): Promise<ExitCode> {
  const plan = await planMatrix(file, options);
  if (!options.dryRun) return runMatrix(plan, options);
  const {runs} = plan;
  printResult(
    options,
    runs.map(({cell, repeat}) => ({labels: cell.labels, repeat})),
    [`${runs.length} runs:`, ...runs.map((run) => `  ${runText(run)}`)],
  );
  return 0;
}

/** All runs with their configs, so that one that is wrong is told before any has begun. */
async function planMatrix(file: string, {engine, out}: MatrixOptions): Promise<MatrixPlan> {
  const text = await readConfigText(file);
  const {matrix, name} = parseConfig(text, file);
  if (matrix === undefined) {
    const hint = 'Add one, as in `matrix: {columns: {N: {setting: decouple.ranges, values: [2, 4]}}}`.';
    throw new UserError('matrix-missing', 'The config has no matrix.', {where: file, hint});
  }
  const runs: PlannedRun[] = [];
  for (const {cell, repeat, config} of matrixConfigs(text, file, matrix)) {
    const wanted = wantedOf(file, await resolvedAt(file, config), {kind: 'pipeline'}, {engine});
    runs.push({cell, repeat, wanted});
  }
  return {
    about: {name, config: file, columns: Object.keys(matrix.columns), repeats: runs[0]?.cell.repeats.length ?? 1},
    runs,
    out: resolve(out ?? join(dirname(file), `${basename(file).replace(/(?:\.deme)?\.\w+$/, '')}-matrix`)),
  };
}
