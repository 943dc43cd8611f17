import {rm} from 'node:fs/promises';
import {nullForUserError, toErrorRecord, UserError} from '../../contract/errors.ts';
import {ControlRecord, StateRecord} from '../../contract/run/records.ts';
import {readJsonIfThere, writeJsonAtomic} from '../files/jsonFile.ts';
import {launchedState, type WorkingStage} from './launched/launchedState.ts';
import {isAlive} from './processIdentity.ts';
import {lockHolder} from './processLock.ts';
import {runPaths} from './runPaths.ts';

export type ControlCommand = ControlRecord['command'];

/**
 * The state of a run as a reader sees it: `lost` when the file says that it runs, but its process has ended; `stopped` when the user had
 * asked for that.
 */
export type CurrentState = Omit<StateRecord, 'state'> & {
  readonly state: StateRecord['state'] | 'lost' | 'queued';
  /** Its stages are jobs of a scheduler, and need no process of this machine. */
  readonly launched?: true;
  /** What these wait for, in words. */
  readonly queue?: string;
  /** The same by stage, with their jobs. */
  readonly waiting?: Readonly<Record<string, string>>;
  /** How the stages go whose jobs run. */
  readonly working?: readonly WorkingStage[];
  /** By stage, that its job was cancelled, and why. */
  readonly cancelled?: Readonly<Record<string, string>>;
};

/** Whether a process executes the run, or jobs of it wait, as the state says; `currentState` has checked it, a state file alone has not. */
export function isActive({state}: Pick<CurrentState, 'state'>): boolean {
  return state === 'running' || state === 'paused' || state === 'stopping' || state === 'queued';
}

/** Seconds without a heartbeat that mean nothing: owners beat every two, but a machine that swaps or a slow disk may hold up many of them. */
const toleratedSilence = 30;
/** The same for jobs, which beat every ten, over a network disk that may show it a minute later. */
const toleratedJobSilence = 180;

/** Seconds without a heartbeat that mean nothing; jobs that wait have none. */
export function toleratedSilenceOf({state, launched}: Pick<CurrentState, 'state' | 'launched'>): number {
  if (state === 'queued') return Infinity;
  return launched ? toleratedJobSilence : toleratedSilence;
}

/** Writes `state.json`; for the owner of the run only. */
export async function writeState(run: string, state: StateRecord): Promise<void> {
  await writeJsonAtomic(runPaths.state(run), StateRecord.parse(state));
}

/** What `state.json` says; null before the run has written any. */
export async function readState(run: string): Promise<StateRecord | null> {
  return readJsonIfThere(runPaths.state(run), StateRecord, 'the state of the run');
}

/**
 * The state of a run, checked against the process that owns it; null before the run has written any. Where the file is damaged, what the
 * lock of the run says.
 */
export async function currentState(run: string): Promise<CurrentState | null> {
  return (await launchedState(run, () => readControl(run))) ?? ownedState(run);
}

async function ownedState(run: string): Promise<CurrentState | null> {
  const state = await readState(run).catch(onlyUserErrors);
  if (state instanceof UserError) return unreadableState(run, state);
  if (state === null || !isActive(state) || (await isAlive(state, silenceOf(state)))) return state;
  // The owner may have written its last state between the two looks.
  const last = (await readState(run).catch(onlyUserErrors)) ?? state;
  if (last instanceof UserError) return unreadableState(run, last);
  if (!isActive(last)) return last;
  return {...last, state: (await readControl(run)) === 'kill' ? 'stopped' : 'lost'};
}

/** Seconds since the last heartbeat, by the clock on the wall, which machines share as well as they can. */
function silenceOf({heartbeat}: StateRecord): number {
  return Date.now() / 1000 - heartbeat;
}

/** A living owner soon writes its state again; without one, the run can be resumed like any that is lost. */
async function unreadableState(run: string, error: UserError): Promise<CurrentState> {
  const unknown = {heartbeat: 0, stage: '', progress: 0};
  const owner = await lockHolder(runPaths.ownerLock(run));
  if (owner !== null) return {...owner, ...unknown, state: 'running'};
  return {pid: 0, started: 0, ...unknown, state: 'lost', error: toErrorRecord(error)};
}

/** Asks the owner of a run to do something; it looks between two updates. A newer request replaces an older one. */
export async function requestControl(run: string, command: ControlCommand): Promise<void> {
  await writeJsonAtomic(runPaths.control(run), ControlRecord.parse({command}));
}

/** What was asked of the run; null if nothing, or nothing that can be read: a damaged file must not end a training. */
export async function readControl(run: string): Promise<ControlCommand | null> {
  const record = await readJsonIfThere(runPaths.control(run), ControlRecord, 'the control file').catch(
    nullForUserError,
  );
  return record?.command ?? null;
}

/** Forgets what was asked; the owner does so when it starts, or an old `stop` would end a resumed run at once. */
export async function clearControl(run: string): Promise<void> {
  await rm(runPaths.control(run), {force: true});
}

function onlyUserErrors(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
