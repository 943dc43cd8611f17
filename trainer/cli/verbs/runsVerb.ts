import {relative} from 'node:path';
import {InvalidArgumentError, type Command} from 'commander';
import {nearestName} from '../../contract/config/nearestName.ts';
import {ageText} from '../../contract/durationText.ts';
import {UserError} from '../../contract/errors.ts';
import {columnsOf, meets, parseCondition, type RunCondition} from '../../contract/run/runTable/runCondition.ts';
import {columnsIn, runTableCsv, type RunCells} from '../../contract/run/runTable/runTableCsv.ts';
import {findOrphans, type Orphan} from '../../pipeline/owner/orphans.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import type {WorkingStage} from '../../store/run/launched/launchedState.ts';
import {currentState, isActive, toleratedSilenceOf, type CurrentState} from '../../store/run/runState.ts';
import {action} from '../action.ts';
import {collect} from '../arguments.ts';
import {defaultOutput} from '../findRun.ts';
import {refreshJobs} from '../refreshJobs.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {warn} from '../terminal.ts';
import {clockText} from '../view/clockText.ts';
import {runCells} from '../view/runCells.ts';

/** A run as the list shows it. */
interface RunRow {
  readonly id: string;
  readonly path: string;
  readonly created: string;
  readonly engine: string;
  /** `new` for a run whose owner has not written a state yet. */
  readonly state: CurrentState['state'] | 'new';
  readonly stage: string;
  /** 0..1 over all that was asked for. */
  readonly progress: number;
  /** Seconds since its owner last wrote; null for a new one. */
  readonly heartbeatAge: number | null;
  readonly error: string | null;
  /** Whether its stages are jobs of a scheduler. */
  readonly launched: boolean;
  /** Why its jobs wait, in words; null where none do. */
  readonly queue: string | null;
  /** How the stages go that are jobs and run. */
  readonly working: readonly WorkingStage[];
  /** By the stages whose jobs were cancelled: that, and why. */
  readonly cancelled: Readonly<Record<string, string>>;
  /** Its stage processes that have outlived its owner, which end by themselves after a checkpoint. */
  readonly orphans: readonly Orphan[];
  /** The command that resumes it; null where it is running or done. */
  readonly goOn: string | null;
}

export function addRunsVerb(deme: Command): void {
  const command = deme
    .command('runs')
    .description('list runs, oldest first')
    .option('--output <folder>', 'folder of the runs', defaultOutput)
    .option(
      '--where <condition>',
      'only runs such as decouple.updates>=200 or tags~good; may be repeated',
      collect(condition),
    )
    .option('--csv [file]', 'a table with all settings and scores, printed or written')
    .addHelpText(
      'after',
      '\nA condition is a column of that table (or the end of its name), one of = != < <= > >= ~ (contains), and a value.',
    );
  action(command, listVerb);
}

interface ListOptions extends OutputOptions {
  readonly output: string;
  readonly where?: readonly RunCondition[];
  /** True: printed. */
  readonly csv?: string | true;
}

function condition(text: string): RunCondition {
  const parsed = parseCondition(text);
  if (parsed !== null) return parsed;
  throw new InvalidArgumentError('Give a column, one of = != < <= > >= ~, and a value, as in decouple.updates>=200.');
}

async function listVerb(options: ListOptions): Promise<ExitCode> {
  const {output, where = [], csv} = options;
  const unreadable: string[] = [];
  const readable = async <T>(readings: readonly Promise<T>[]): Promise<T[]> => {
    const read = readings.map((reading) => readOrNull(reading, ({line}) => void unreadable.push(line)));
    return (await Promise.all(read)).filter((value) => value !== null);
  };
  const runs = await listRuns(output, ({line}) => void unreadable.push(line));
  await refreshJobs(runs.map(({path}) => path));
  const rows = await readable(runs.map(toRow));
  if (csv === undefined && where.length === 0) return printRows(options, rows, unreadable);
  const all = await readable(rows.map(withCells));
  const columns = columnsIn(all.map(({cells}) => cells));
  const conditions = where.map((each) => ({...each, column: columnOf(columns, each)}));
  const found = all.filter(({cells}) => conditions.every((each) => meets(cells.get(each.column), each)));
  if (csv === undefined) {
    const rows = found.map(({row}) => row);
    return printRows(options, rows, unreadable);
  }
  const cells = found.map((run) => run.cells);
  const table = runTableCsv(cells, columns);
  unreadable.map(warningText).forEach(warn);
  if (csv === true) process.stdout.write(table);
  else await writeFileAtomic(csv, table);
  return 0;
}

function warningText(line: string): string {
  return `warning: ${line}`;
}

async function withCells(row: RunRow): Promise<{row: RunRow; cells: RunCells}> {
  return {row, cells: await runCells(row)};
}

/** The one column that a condition means. Throws a UserError where there is none, or several. */
function columnOf(columns: readonly string[], {column}: RunCondition): string {
  const [first, ...others] = columnsOf(columns, column);
  if (first !== undefined && others.length === 0) return first;
  const near = nearestName(column, columns);
  throw new UserError('column-unknown', `${first === undefined ? 'No run has' : 'Runs have several'} ${column}.`, {
    hint:
      first === undefined
        ? `${near ? `Did you mean ${near}? ` : ''}--csv prints all columns.`
        : `Name one of ${[first, ...others].join(', ')}.`,
  });
}

function printRows(options: ListOptions, runs: readonly RunRow[], unreadable: readonly string[]): ExitCode {
  const {output, where = []} = options;
  const none = where.length > 0 ? `No such runs in ${output}.` : `No runs in ${output}.`;
  const lines = runs.length === 0 ? [none] : runs.flatMap(rowLines);
  printResult(options, {runs, unreadable}, [...lines, ...unreadable.map(warningText)]);
  return 0;
}

const goesOn: readonly CurrentState['state'][] = ['lost', 'stopped', 'failed'];

async function readOrNull<T>(reading: Promise<T>, onUnreadable: (error: UserError) => void): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onUnreadable(error);
    return null;
  }
}

async function toRow({path, record}: RunFolder): Promise<RunRow> {
  const state = await currentState(path);
  return {
    id: record.id,
    path,
    created: record.created,
    engine: record.engine.name,
    state: state?.state ?? 'new',
    stage: state?.stage ?? '',
    progress: state?.progress ?? 0,
    heartbeatAge: state === null ? null : Date.now() / 1000 - state.heartbeat,
    error: state?.error?.message ?? null,
    launched: state?.launched ?? false,
    queue: state?.queue ?? null,
    working: state?.working ?? [],
    cancelled: state?.cancelled ?? {},
    orphans: await findOrphans(path),
    goOn: state !== null && goesOn.includes(state.state) ? `deme resume ${relative('', path) || '.'}` : null,
  };
}

/** A line for the run, and one for each thing that the user should do or know about it. */
function rowLines(row: RunRow): string[] {
  const {state, orphans, goOn, heartbeatAge, launched, working, cancelled} = row;
  const isSilent =
    heartbeatAge !== null &&
    state !== 'new' &&
    isActive({state}) &&
    heartbeatAge > toleratedSilenceOf({state, ...(launched && {launched})});
  return [
    rowLine(row),
    ...working.map((stage) => `  ${workingText(stage)}`),
    ...Object.entries(cancelled).map(([stage, what]) => `  ${stage}: ${what}`),
    ...orphans.map(
      ({stage, pid}) => `  its process ${pid} (${stage}) still runs: it ends by itself after a checkpoint`,
    ),
    ...(isSilent ? [`  its process is there, but its last sign of life is ${ageText(heartbeatAge)} old`] : []),
    ...(state === 'lost' && goOn !== null ? [`  its process is gone; go on with: ${goOn}`] : []),
  ];
}

/** `expert-0 (job 12_0): 43 %, 0:12:10 left, update 430/1000, loss 0.01234` */
function workingText({stage, job, progress, secondsLeft, update, updates, loss}: WorkingStage): string {
  const parts = [
    `${Math.floor(progress * 100)} %`,
    ...(secondsLeft === undefined ? [] : [`${clockText(secondsLeft)} left`]),
    ...(update === undefined ? [] : [`update ${update}/${updates}`]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(5)}`]),
  ];
  return `${stage}${job === null ? '' : ` (job ${job})`}: ${parts.join(', ')}`;
}

function rowLine({id, created, engine, state, stage, progress, error, queue}: RunRow): string {
  const age = ageText((Date.now() - Date.parse(created)) / 1000);
  const columns = [id.padEnd(24), state.padEnd(8), `${Math.floor(progress * 100)} %`.padStart(5), age.padStart(9)];
  return [...columns, engine.padEnd(10), error ?? (stage || (queue ?? ''))].join('  ').trimEnd();
}
