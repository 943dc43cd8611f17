import type {Command} from 'commander';
import {measurements, type Measurements} from '../../pipeline/measurements/registry.ts';
import type {Measurement} from '../../pipeline/measurements/measurement.ts';
import {action} from '../action.ts';
import {addCsvOptions, requireCsv, writeCsv, type CsvOptions} from '../csvOutput.ts';
import {addMeasureOptions, measureRun, type MeasureOptions} from '../measureRun.ts';
import {printResult, type ExitCode} from '../outcome.ts';

/** `deme measure NAME RUN`: a command for each measurement, with options from the schema of its request. */
export function addMeasureVerb(deme: Command, table: Measurements = measurements): void {
  const verb = deme.command('measure').description('measure a run on demand; the result stays in its folder');
  for (const [name, measurement] of Object.entries(table)) {
    const command = verb
      .command(`${name} ${measurement.needsNoRun ? '<run-or-config>' : '<run>'}`)
      .description(measurement.about);
    addMeasureOptions(command, measurement);
    addCsvOptions(command);
    action(command, (run: string, options: MeasureOptions & CsvOptions) => measure(measurement, run, options));
  }
}

async function measure(measurement: Measurement, run: string, options: MeasureOptions & CsvOptions): Promise<ExitCode> {
  await requireCsv(options, measurement);
  const {file, result, lines} = await measureRun(measurement, run, options);
  const written = [file, ...(await writeCsv(options, measurement.csv(result)))];
  printResult(options, {file, result}, [...lines, ...written.map((path) => `Written: ${path}`)]);
  return 0;
}
