import {resolve} from 'node:path';
import type {EngineChoice} from '../../contract/config/config.ts';
import type {LaunchConfig, LauncherName} from '../../contract/config/launchConfig.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {extendRun, type Extension} from '../../pipeline/owner/extendRun.ts';
import {createLaunchedRun, launchRun} from '../../pipeline/launch/launchRun.ts';
import {launchOf} from '../../pipeline/launch/launchOf.ts';
import {runWork, readWanted, unfinishedWork, workInNewRun, workInRun, type Work} from '../../pipeline/owner/work.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {findRun} from '../findRun.ts';
import type {ExitCode, OutputOptions} from '../outcome.ts';
import {printJson, printLines} from '../terminal.ts';
import {showLaunched} from './launchView.ts';
import {jsonView, textView} from './progressView.ts';
import {summaryLines} from './runSummary.ts';

export interface RunOptions {
  json?: boolean;
  engine?: EngineChoice;
  launcher?: LauncherName;
  resume?: string;
  fresh?: boolean;
}

/**
 * Carries out stages of a config in a new run, or in the one that `--resume` names, and shows how it goes; or submits them where they are to be
 * jobs of a scheduler.
 */
export async function startRun(configFile: string, options: RunOptions, selection: StageSelection): Promise<ExitCode> {
  const wanted = await readWanted(configFile, selection, options);
  const {folder, config} = wanted.resolved;
  const launch = launchOf(config, options.launcher);
  if (options.resume !== undefined) {
    const run = await findRun(options.resume, resolve(folder, config.output));
    const work = await workInRun(wanted, run);
    return launch === null ? follow(work, options) : submit(work, launch, options);
  }
  if (launch !== null) return submit({...wanted, run: await createLaunchedRun(wanted, launch)}, launch, options);
  const work = await workInNewRun(wanted, ({reason}) => {
    if (!options.json) printLines([`Engine: ${reason}`]);
  });
  return follow(work, options);
}

type GoOnOptions = Pick<RunOptions, 'json' | 'launcher'>;

/** Goes on with what was asked of a run that was stopped, failed or lost: by jobs where it had these, unless `--launcher` says otherwise. */
export async function resumeRun(run: RunFolder, options: GoOnOptions): Promise<ExitCode> {
  return goOn(await unfinishedWork(run), options);
}

/** Raises the updates of a run, and resumes it. */
export async function extendAndFollow(run: RunFolder, extension: Extension, options: GoOnOptions): Promise<ExitCode> {
  return goOn(await extendRun(run, extension), options);
}

async function goOn(work: Work, options: GoOnOptions): Promise<ExitCode> {
  const launch = launchOf(work.resolved.config, options.launcher);
  return launch === null ? follow(work, options) : submit(work, launch, options);
}

async function submit(work: Work, launch: LaunchConfig, options: OutputOptions): Promise<ExitCode> {
  showLaunched(work.run, await launchRun(work, launch), options);
  return 0;
}

async function follow(work: Work, options: Pick<RunOptions, 'json'>): Promise<ExitCode> {
  const {run, stages} = work;
  const outcome = await showWork(work, options);
  if (!options.json) printLines(await summaryLines(run, outcome, stages));
  return outcome === 'done' ? 0 : 130;
}

/** How work is shown. */
interface ShowOptions extends Pick<RunOptions, 'json'> {
  /** Events as JSON then say of which run they are. */
  readonly isOneOfMany?: boolean;
  /** Where; left out: on the standard output. */
  readonly out?: NodeJS.WritableStream;
  /** Hears of every event, too. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Carries work out and shows how it goes. */
export async function showWork(
  work: Work,
  {json = false, isOneOfMany = false, out = process.stdout, onEvent}: ShowOptions,
): Promise<'done' | 'stopped'> {
  const {path, record} = work.run;
  const view = json ? jsonView(out, isOneOfMany ? {id: record.id} : {}) : textView(out);
  if (json) printJson({run: path, id: record.id, engine: record.engine}, 0, out);
  else printLines([`Run folder: ${path}`], out);
  const show = (event: RunEvent) => {
    view.show(event);
    onEvent?.(event);
  };
  return runWork(work, show).finally(() => view.close());
}
