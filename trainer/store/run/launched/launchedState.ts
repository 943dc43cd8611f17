import {nullForUserError} from '../../../contract/errors.ts';
import type {StageState} from '../../../contract/launch/stageState.ts';
import type {ControlRecord, StateRecord} from '../../../contract/run/records.ts';
import {readLaunch} from './launchedRun.ts';
import {launchedStages, newestHeartbeat, type LaunchedStage} from './launchedStages.ts';

/** How a stage goes whose job runs, by what it has said last. */
export interface WorkingStage extends Pick<StageState, 'progress' | 'secondsLeft' | 'update' | 'updates' | 'loss'> {
  readonly stage: string;
  /** `12`, or `12_3` for a task of an array; null where that is not known. */
  readonly job: string | null;
}

/** The state of a run whose stages are jobs, put together from what they say and what their scheduler says. */
export type LaunchedState = Omit<StateRecord, 'state'> & {
  readonly state: StateRecord['state'] | 'lost' | 'queued';
  readonly launched: true;
  /** Why its jobs wait, in words. */
  readonly queue?: string;
  /** By the stages that wait: their jobs, and why. */
  readonly waiting: Readonly<Record<string, string>>;
  readonly working: readonly WorkingStage[];
  /** By the stages whose jobs were cancelled from here: that, and why. */
  readonly cancelled: Readonly<Record<string, string>>;
};

/** Null for a run with an owner, and for one that is being submitted. */
export async function launchedState(
  run: string,
  control: () => Promise<ControlRecord['command'] | null>,
): Promise<LaunchedState | null> {
  // A damaged record is told by those who need it.
  const launch = await readLaunch(run).catch(nullForUserError);
  if (launch === null) return null;
  const stages = await launchedStages(run, launch);
  return stages.length === 0 ? null : stateOfStages(stages, await control());
}

/** @internal for tests: pure */
export function stateOfStages(
  stages: readonly LaunchedStage[],
  control: ControlRecord['command'] | null,
): LaunchedState {
  const running = stages.filter(({state}) => state === 'running');
  const error = stages.find((stage) => stage.error !== null)?.error ?? null;
  const waiting = stages.find(({waits, seen}) => waits !== null && !seen?.reason.startsWith('Dependency'));
  const queue = waiting?.waits ?? stages.find(({waits}) => waits !== null)?.waits ?? null;
  const shares = stages.map(({state, said}) => (state === 'done' ? 1 : (said?.progress ?? 0)));
  const progress = shares.reduce((sum, share) => sum + share, 0) / stages.length;
  const {pid = 0, started = 0, host} = running.find(({said}) => said !== null)?.said ?? {};
  const state = overall(stages, control);
  return {
    launched: true,
    state,
    ...{pid, started},
    ...(host !== undefined && {host}),
    heartbeat: newestHeartbeat(stages),
    stage: running.map(({stage}) => stage).join(', '),
    progress: state === 'done' ? 1 : Math.min(progress, 0.999),
    ...(error !== null && {error}),
    working: running.map(workingStage),
    cancelled: Object.fromEntries(stages.flatMap((stage) => cancelledEntry(stage))),
    waiting: Object.fromEntries(stages.flatMap((stage) => waitingEntry(stage))),
    ...(queue !== null && (state === 'queued' || state === 'running') && {queue}),
  };
}

function workingStage({stage, job, said}: LaunchedStage): WorkingStage {
  const {progress = 0, secondsLeft, update, updates, loss} = said ?? {};
  const numbers = {secondsLeft, update, updates, loss};
  const known = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return {stage, job, progress, ...Object.fromEntries(known)};
}

/** `cancelled`, or `cancelled: it needs expert-1` */
function cancelledEntry({stage, state, cancelled}: LaunchedStage): [string, string][] {
  if (cancelled === null || state !== 'stopped') return [];
  return [[stage, cancelled.because === null ? 'cancelled' : `cancelled: it needs ${cancelled.because}`]];
}

/** `job 12_3: others come first (Priority)` */
function waitingEntry({stage, job, waits}: LaunchedStage): [string, string][] {
  if (waits === null) return [];
  return [[stage, job === null ? waits : `job ${job}: ${waits}`]];
}

function overall(stages: readonly LaunchedStage[], control: ControlRecord['command'] | null): LaunchedState['state'] {
  const has = (state: LaunchedStage['state']) => stages.some((stage) => stage.state === state);
  const isEnding = control === 'stop' || control === 'kill';
  if (stages.every(({state}) => state === 'done')) return 'done';
  // A stage that has stopped goes on in another job unless that was wanted; then the scheduler only does not know yet.
  const isRunning = stages.some(({state, said}) => state === 'running' && !(isEnding && said?.state === 'stopped'));
  if (isRunning) return isEnding ? 'stopping' : control === 'pause' ? 'paused' : 'running';
  if (isEnding) return 'stopped';
  if (has('queued')) return 'queued';
  if (has('failed')) return 'failed';
  return has('stopped') ? 'stopped' : 'lost';
}
