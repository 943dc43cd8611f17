import type {Command} from 'commander';
import {measurements, type Measurements} from '../../pipeline/measurements/registry.ts';
import type {Measurement} from '../../pipeline/measurements/measurement.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {action} from '../action.ts';
import {addMeasureOptions, measureRun, type MeasureOptions} from '../measureRun.ts';
import {printResult, type ExitCode} from '../outcome.ts';

/** `deme measure NAME RUN`: a command for each measurement, with options from the schema of its request. */
export function addMeasureVerb(deme: Command, table: Measurements = measurements): void {
  const verb = deme.command('measure').description('measure a run on demand; the result stays in its folder');
  for (const [name, measurement] of Object.entries(table)) {
    const command = verb.command(`${name} <run>`).description(measurement.about);
    addMeasureOptions(command, measurement);
    command.option('--csv <file>', 'also write all numbers as CSV');
    action(command, (run: string, options: MeasureOptions & {csv?: string}) => measure(measurement, run, options));
  }
}

async function measure(
  measurement: Measurement,
  run: string,
  options: MeasureOptions & {csv?: string},
): Promise<ExitCode> {
  const {file, result, notes} = await measureRun(measurement, run, options);
  if (options.csv !== undefined) await writeFileAtomic(options.csv, measurement.csv(result));
  const written = [file, options.csv].filter((path) => path !== undefined);
  const lines = [...notes, ...measurement.lines(result), ...written.map((path) => `Written: ${path}`)];
  printResult(options, {file, result}, lines);
  return 0;
}
