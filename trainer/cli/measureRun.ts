import {stat} from 'node:fs/promises';
import type {Command} from 'commander';
import type {EngineChoice} from '../contract/config/config.ts';
import type {EngineInfo} from '../contract/engine/engineInfo.ts';
import type {ResolvedConfig} from '../contract/run/pipeline.ts';
import {makeMeasurement} from '../pipeline/measurements/makeMeasurement.ts';
import type {Measured, Measurement} from '../pipeline/measurements/measurement.ts';
import {readResolved} from '../pipeline/owner/work.ts';
import {runOfConfig} from '../pipeline/owner/runOfConfig.ts';
import type {RunFolder} from '../store/run/runFolder.ts';
import {engineOption} from './arguments.ts';
import {defaultOutput, findRun, outputText} from './findRun.ts';
import type {OutputOptions} from './outcome.ts';
import {addRequestOptions, requestOf} from './requestOptions.ts';
import {stoppable} from './stoppable.ts';
import {timedProgress} from './view/timedProgress.ts';

/** Options of a verb that makes a measurement, besides those of its request. */
export interface MeasureOptions extends OutputOptions {
  readonly engine?: EngineChoice;
  readonly output: string;
}

/** A measurement as text. */
export interface MeasuredLines<Result> extends Measured<Result> {
  /** Warnings, which engine was taken and why, and the result. */
  readonly lines: readonly string[];
}

/** The options by which a verb takes the request of a measurement and says where the run is. */
export function addMeasureOptions(command: Command, {request, needsEngine}: Measurement): void {
  addRequestOptions(command, request);
  command.option('--output <folder>', outputText, defaultOutput);
  if (needsEngine) command.addOption(engineOption());
}

/** Makes a measurement of the run that the user means, with a progress line; Ctrl+C ends it. Throws UserErrors. */
export async function measureRun<Request, Result>(
  measurement: Measurement<Request, Result>,
  text: string,
  options: MeasureOptions,
): Promise<MeasuredLines<Result>> {
  const request = requestOf(measurement.request, options);
  const run = await runToMeasure(measurement, text, options);
  const resolved = await readResolved(run);
  const engine = measurement.needsEngine ? await startedEngine(resolved, options) : null;
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(`warning: ${message}`);
  const progress = timedProgress(options, measurement.title.toLowerCase());
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const measured = await stoppable('The measurement was stopped.', (signal) =>
    makeMeasurement(measurement, {run, resolved, engine, onWarning}, request, {signal, onProgress}),
  ).finally(() => progress.end());
  const notes = engine === null ? warnings : [...warnings, engine.reason];
  return {...measured, lines: [...notes, ...measurement.lines(measured.result, request)]};
}

/** A run, or where the measurement needs none the run of a config. */
async function runToMeasure<Request, Result>(
  {needsNoRun, choices, title}: Measurement<Request, Result>,
  text: string,
  {output, engine}: MeasureOptions,
): Promise<RunFolder> {
  const isFile = needsNoRun && (await stat(text).catch(() => null))?.isFile();
  return isFile
    ? runOfConfig(text, {engine, fits: (config) => choices(config).length > 0, what: title})
    : findRun(text, output);
}

async function startedEngine({config}: ResolvedConfig, {engine}: MeasureOptions): Promise<EngineInfo> {
  // Loaded here, since the tensor library takes longer to load than most verbs take to run.
  const {startEngine} = await import('../engine/startEngine.ts');
  return startEngine({...config.engine, ...(engine && {name: engine})});
}
