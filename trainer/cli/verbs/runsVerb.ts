import {relative} from 'node:path';
import type {Command} from 'commander';
import {ageText} from '../../contract/durationText.ts';
import {UserError} from '../../contract/errors.ts';
import {findOrphans, type Orphan} from '../../pipeline/owner/orphans.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {currentState, isActive, toleratedSilence, type CurrentState} from '../../store/run/runState.ts';
import {action} from '../action.ts';
import {defaultOutput} from '../findRun.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';

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
  /** Its stage processes that have outlived its owner, which end by themselves after a checkpoint. */
  readonly orphans: readonly Orphan[];
  /** The command that resumes it; null where it is running or done. */
  readonly goOn: string | null;
}

export function addRunsVerb(deme: Command): void {
  const command = deme
    .command('runs')
    .description('list runs, oldest first')
    .option('--output <folder>', 'folder of the runs', defaultOutput);
  action(command, listVerb);
}

async function listVerb(options: OutputOptions & {output: string}): Promise<ExitCode> {
  const unreadable: string[] = [];
  const onUnreadable = (error: UserError) => void unreadable.push(error.line);
  const runs = await listRuns(options.output, onUnreadable);
  const rows = (await Promise.all(runs.map((run) => rowOrNull(run, onUnreadable)))).filter((row) => row !== null);
  const warnings = unreadable.map((line) => `warning: ${line}`);
  const lines = rows.length === 0 ? [`No runs in ${options.output}.`] : rows.flatMap(rowLines);
  printResult(options, {runs: rows, unreadable}, [...lines, ...warnings]);
  return 0;
}

const goesOn: readonly CurrentState['state'][] = ['lost', 'stopped', 'failed'];

async function rowOrNull(run: RunFolder, onUnreadable: (error: UserError) => void): Promise<RunRow | null> {
  try {
    return await toRow(run);
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
    orphans: await findOrphans(path),
    goOn: state !== null && goesOn.includes(state.state) ? `deme resume ${relative('', path) || '.'}` : null,
  };
}

/** A line for the run, and one for each thing that the user should do or know about it. */
function rowLines(row: RunRow): string[] {
  const {state, orphans, goOn, heartbeatAge} = row;
  const isSilent = heartbeatAge !== null && heartbeatAge > toleratedSilence && state !== 'new' && isActive({state});
  return [
    rowLine(row),
    ...orphans.map(
      ({stage, pid}) => `  its process ${pid} (${stage}) still runs: it ends by itself after a checkpoint`,
    ),
    ...(isSilent ? [`  its process is there, but its last sign of life is ${ageText(heartbeatAge)} old`] : []),
    ...(state === 'lost' && goOn !== null ? [`  its process is gone; go on with: ${goOn}`] : []),
  ];
}

function rowLine({id, created, engine, state, stage, progress, error}: RunRow): string {
  const age = ageText((Date.now() - Date.parse(created)) / 1000);
  const columns = [id.padEnd(24), state.padEnd(8), `${Math.floor(progress * 100)} %`.padStart(5), age.padStart(9)];
  return [...columns, engine.padEnd(10), error ?? stage].join('  ').trimEnd();
}
