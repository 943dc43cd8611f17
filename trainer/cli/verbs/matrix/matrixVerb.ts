import type {Command} from 'commander';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {LauncherName} from '../../../contract/config/launchConfig.ts';
import {parseConfig} from '../../../contract/config/parseConfig.ts';
import {UserError} from '../../../contract/errors.ts';
import {readConfigText} from '../../../store/files/configText.ts';
import {action} from '../../action.ts';
import {count, engineOption, launcherOption} from '../../arguments.ts';
import type {ExitCode, OutputOptions} from '../../outcome.ts';
import {carryOutMatrix} from './carryOutMatrix.ts';
import {planMatrix, printPlan} from './planMatrix.ts';

interface MatrixOptions extends OutputOptions {
  engine?: EngineChoice;
  launcher?: LauncherName;
  parallel?: number;
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
    .addOption(launcherOption())
    .option('--parallel <count>', 'runs at once on this machine, which share its cores and GPUs', count, 1)
    .option('--dry-run', 'only say which runs it makes');
  action(command, matrix);
}

async function matrix(file: string, options: MatrixOptions): Promise<ExitCode> {
  const text = await readConfigText(file);
  const {matrix, name} = parseConfig(text, file);
  if (matrix === undefined) {
    const hint = 'Add one, as in `matrix: {columns: {N: {setting: decouple.ranges, values: [2, 4]}}}`.';
    throw new UserError('matrix-missing', 'The config has no matrix.', {where: file, hint});
  }
  const plan = await planMatrix({name, file, text}, matrix, 'matrix', options);
  return options.dryRun ? printPlan(plan, options) : carryOutMatrix(plan, options);
}
