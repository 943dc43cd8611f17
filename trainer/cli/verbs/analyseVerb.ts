import type {Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import type {TaskAnalysis} from '../../contract/run/taskAnalysis.ts';
import {taskAnalysisCsv} from '../../contract/run/taskAnalysisCsv.ts';
import {analyseTasks, type AnalysisRequest} from '../../merge/analysis/analyseTasks.ts';
import {analyseRun} from '../../pipeline/measurements/analyseRun.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {toolVersion} from '../../pipeline/owner/toolVersion.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {requireApart} from '../../store/files/pathIdentity.ts';
import {action} from '../action.ts';
import {analysisLines} from '../view/analysisLines.ts';
import {collect, timestepRange} from '../arguments.ts';
import {expertPaths} from '../expertPaths.ts';
import {defaultOutput, findRun} from '../findRun.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {verbProgress} from '../view/verbProgress.ts';

interface AnalyseOptions extends OutputOptions {
  base?: string;
  expert?: readonly string[];
  range?: readonly (readonly [number, number])[];
  csv?: string;
  output: string;
}

/** `deme analyse RUN` keeps what it finds in the run folder; `deme analyse --base … --expert …` takes any files. */
export function addAnalyseVerb(deme: Command): void {
  const command = deme
    .command('analyse [run]')
    .description('measure what the experts of a run, or model files that options name, have changed of their base')
    .option('--base <model>', 'diffusers folder or weights file')
    .option('--expert <model>', 'the same for an expert; once for each', collect(String))
    .option('--range <low,high>', 'timesteps of an expert; once for each, in the same order', collect(timestepRange))
    .option('--csv <file>', 'also write all numbers as CSV')
    .option('--output <folder>', 'folder of the runs, for a run given by its name', defaultOutput);
  action(command, analyse);
}

async function analyse(run: string | undefined, options: AnalyseOptions): Promise<ExitCode> {
  const progress = verbProgress(options, 'analysing');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const {analysis, out} = await measure(run, options, onProgress).finally(() => progress.end());
  if (options.csv !== undefined) await writeFileAtomic(options.csv, taskAnalysisCsv(analysis));
  const written = [out, options.csv].filter((file) => file !== undefined);
  printResult(options, analysis, [...analysisLines(analysis), ...written.map((file) => `Written: ${file}`)]);
  return 0;
}

async function measure(
  text: string | undefined,
  options: AnalyseOptions,
  onProgress: AnalysisRequest['onProgress'],
): Promise<{analysis: TaskAnalysis; out?: string}> {
  if (text === undefined) {
    const {base, expert, range} = options;
    if (base === undefined || expert === undefined) throw missing();
    const experts = expertPaths(expert, range);
    if (options.csv !== undefined) await requireApart(options.csv, [base, ...expert]);
    return {analysis: await analyseTasks({base, experts, tool: toolVersion(), onProgress})};
  }
  const mixed = (['base', 'expert', 'range'] as const).filter((name) => options[name] !== undefined);
  if (mixed.length > 0) {
    throw new UserError('arguments-mixed', `A run says what to analyse, so --${mixed.join(', --')} cannot be given.`);
  }
  const run = await findRun(text, options.output);
  return {analysis: await analyseRun(run, {onProgress}), out: runPaths.taskVectors(run.path)};
}

function missing(): UserError {
  return new UserError('argument-missing', 'Give a run, or --base and at least one --expert.', {
    hint: 'As in: deme analyse --base X --expert A --expert B.',
  });
}
