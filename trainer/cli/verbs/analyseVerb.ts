import type {Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import type {TaskAnalysis} from '../../contract/run/measured/taskAnalysis.ts';
import {analyseTasks} from '../../merge/analysis/analyseTasks.ts';
import {measurements} from '../../pipeline/measurements/registry.ts';
import {toolVersion} from '../../pipeline/owner/toolVersion.ts';
import {action} from '../action.ts';
import {collect, timestepRange} from '../arguments.ts';
import {addCsvOptions, requireCsv, writeCsv, type CsvOptions} from '../csvOutput.ts';
import {expertPaths} from '../expertPaths.ts';
import {addMeasureOptions, measureRun, type MeasureOptions} from '../measureRun.ts';
import {printResult, type ExitCode} from '../outcome.ts';
import {verbProgress} from '../view/verbProgress.ts';

const measurement = measurements['task-vectors'];

interface AnalyseOptions extends MeasureOptions, CsvOptions {
  readonly base?: string;
  readonly expert?: readonly string[];
  readonly range?: readonly (readonly [number, number])[];
}

/** `deme analyse RUN` is the older name of `deme measure task-vectors RUN`; `deme analyse --base … --expert …` takes any files. */
export function addAnalyseVerb(deme: Command): void {
  const command = deme
    .command('analyse [run]')
    .description('measure how experts (of a run, or given as model files) differ from their base')
    .option('--base <model>', 'diffusers folder or weights file')
    .option('--expert <model>', 'the same for an expert; once for each', collect(String))
    .option('--range <low,high>', 'timesteps of an expert; once for each, in the same order', collect(timestepRange));
  addCsvOptions(command);
  addMeasureOptions(command, measurement);
  action(command, analyse);
}

async function analyse(run: string | undefined, options: AnalyseOptions): Promise<ExitCode> {
  await requireCsv(options, measurement, [options.base ?? [], options.expert ?? []].flat());
  const {analysis, file} = await (run === undefined ? analyseFiles(options) : analyseRun(run, options));
  const written = [...(file === undefined ? [] : [file]), ...(await writeCsv(options, measurement.csv(analysis)))];
  printResult(options, analysis, [...measurement.lines(analysis, {}), ...written.map((path) => `Written: ${path}`)]);
  return 0;
}

/** An analysis, and the file that it is stored in, if any. */
interface Analysed {
  readonly analysis: TaskAnalysis;
  readonly file?: string;
}

async function analyseFiles(options: AnalyseOptions): Promise<Analysed> {
  const {base, expert, range} = options;
  if (base === undefined || expert === undefined) {
    throw new UserError('argument-missing', 'Give a run, or --base and at least one --expert.', {
      hint: 'As in: deme analyse --base X --expert A --expert B.',
    });
  }
  const experts = expertPaths(expert, range);
  const progress = verbProgress(options, measurement.title.toLowerCase());
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const request = {base, experts, tool: toolVersion(), onProgress};
  return {analysis: await analyseTasks(request).finally(() => progress.end())};
}

async function analyseRun(run: string, options: AnalyseOptions): Promise<Analysed> {
  const mixed = (['base', 'expert', 'range'] as const).filter((name) => options[name] !== undefined);
  if (mixed.length > 0) {
    throw new UserError(
      'arguments-mixed',
      `The run determines what is analysed, so --${mixed.join(', --')} cannot be given as well.`,
    );
  }
  const {file, result} = await measureRun(measurement, run, options);
  return {analysis: result, file};
}
