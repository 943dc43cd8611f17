import type {Command} from 'commander';
import {measurements} from '../../pipeline/measurements/registry.ts';
import {action} from '../action.ts';
import {addMeasureOptions, measureRun, type MeasureOptions} from '../measureRun.ts';
import {printResult, type ExitCode} from '../outcome.ts';

const measurement = measurements['loss-plane'];

/** `deme plane RUN`: the older name of `deme measure loss-plane RUN`. */
export function addPlaneVerb(deme: Command): void {
  const command = deme.command('plane <run>').description('the same as measure loss-plane');
  addMeasureOptions(command, measurement);
  action(command, plane);
}

async function plane(run: string, options: MeasureOptions): Promise<ExitCode> {
  const {file, result, lines} = await measureRun(measurement, run, options);
  printResult(options, {file, plane: result}, [...lines, file]);
  return 0;
}
