import type {Command} from 'commander';
import {parseConfig} from '../../../contract/config/parseConfig.ts';
import {UserError} from '../../../contract/errors.ts';
import {readConfigText} from '../../../store/files/configText.ts';
import {action} from '../../action.ts';
import type {ExitCode} from '../../outcome.ts';
import {carryOutMatrix} from './carryOutMatrix.ts';
import {addMatrixOptions, type MatrixOptions} from './matrixOptions.ts';
import {planMatrix, printPlan} from './planMatrix.ts';

/** `deme matrix`. */
export function addMatrixVerb(deme: Command): void {
  const command = deme
    .command('matrix <config>')
    .description('run a config with each combination of the settings that its matrix names, and make one table of all');
  action(addMatrixOptions(command, 'matrix'), matrix);
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
