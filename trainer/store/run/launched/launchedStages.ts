import type {ErrorRecord} from '../../../contract/errors.ts';
import {explainJob, waitText} from '../../../contract/launch/explainJob.ts';
import type {CancelRecord} from '../../../contract/launch/cancelRecord.ts';
import type {LaunchRecord} from '../../../contract/launch/launchRecord.ts';
import {phaseOfJob, type QueueRecord, type SeenJob} from '../../../contract/launch/seenJob.ts';
import type {StageState} from '../../../contract/launch/stageState.ts';
import {fileExists} from '../../files/fileExists.ts';
import {runPaths} from '../runPaths.ts';
import {launchedJobs, readCancel, readQueue, readStageState, type LaunchedJob} from './launchedRun.ts';

/** How a stage that was submitted goes, from all that is known of it. */
export interface LaunchedStage {
  readonly stage: string;
  readonly state: 'queued' | 'running' | 'done' | 'stopped' | 'failed' | 'lost';
  /** Of its job; null where nothing says that the scheduler has taken it. */
  readonly job: string | null;
  /** What the scheduler says of it; null where nobody has asked, or it has forgotten the job. */
  readonly seen: SeenJob | null;
  /** What the stage itself has said last. */
  readonly said: StageState | null;
  /** Why it waits, in words; null unless it does. */
  readonly waits: string | null;
  readonly error: ErrorRecord | null;
  /** Null: its job was not cancelled from here. */
  readonly cancelled: CancelRecord | null;
}

/** Seconds: a stage writes its state every ten. */
const fresh = 60;
/** Seconds for which a job that the scheduler does not list is believed to be on its way in or out. */
const grace = 300;

/** The stages of a submission. The record of a stage that is done outweighs what a scheduler says, and that what a clock says. */
export async function launchedStages(run: string, {id}: LaunchRecord, now = Date.now()): Promise<LaunchedStage[]> {
  const queue = await readQueue(run, id);
  const stages = (await launchedJobs(run, id)).flatMap((job) => Object.keys(job.tasks).map((stage) => ({job, stage})));
  return Promise.all(
    stages.map(async ({job, stage}) => {
      const isDone = await fileExists(runPaths.stage(run, stage));
      const [said, cancelled] = [await readStageState(run, stage), await readCancel(run, stage)];
      return stageOf(stage, {isDone, said, cancelled, job, queue, now: now / 1000});
    }),
  );
}

/** What is known of a stage. */
interface Known {
  readonly isDone: boolean;
  readonly said: StageState | null;
  readonly cancelled: CancelRecord | null;
  readonly job: LaunchedJob;
  readonly queue: QueueRecord | null;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** @internal for tests: pure */
export function stageOf(stage: string, known: Known): LaunchedStage {
  const {isDone, job, queue, cancelled, now} = known;
  // What an earlier submission has said is past.
  const said = known.said !== null && known.said.heartbeat >= job.submitted / 1000 - grace ? known.said : null;
  const seen = seenOf(stage, job, queue);
  const base = {stage, job: jobId(stage, job), seen, said, waits: null, error: null, cancelled};
  if (isDone) return {...base, state: 'done'};
  if (job.refused !== null) {
    const error = {code: 'job-refused', message: `${stage} was not submitted: ${job.refused}`};
    return {...base, state: 'failed', error};
  }
  const failed = said?.state === 'failed' ? (said.error ?? null) : null;
  const phase = seen === null ? null : phaseOfJob(seen);
  if (seen !== null && phase === 'waiting') return {...base, state: 'queued', waits: waitText(seen)};
  if (phase === 'running' && said?.state !== 'failed') return {...base, state: 'running'};
  if (said?.state === 'failed') return {...base, state: 'failed', error: failed};
  if (said?.state === 'stopped' && (phase === null || phase === 'failed' || phase === 'ended')) {
    return {...base, state: 'stopped'};
  }
  if (phase === 'cancelled' || (cancelled !== null && phase === 'failed')) return {...base, state: 'stopped'};
  if (seen !== null && phase === 'failed') return {...base, state: 'failed', error: explainJob(stage, seen)};
  if (said?.state === 'running' && Math.abs(now - said.heartbeat) < fresh) return {...base, state: 'running'};
  if (cancelled !== null) return {...base, state: 'stopped'};
  // Its record may be late on a network disk; the scheduler may not answer.
  const since = Math.max(said?.heartbeat ?? 0, job.submitted / 1000);
  const isEarly = queue === null || queue.looked - since < grace;
  if (isEarly) {
    return {...base, state: said === null ? 'queued' : 'running', waits: said === null ? 'submitted' : null};
  }
  return {...base, state: 'lost'};
}

/** Milliseconds since the epoch of the newest sign of life of the stages; 0 for none. */
export function newestHeartbeat(stages: readonly LaunchedStage[]): number {
  return stages.reduce((newest, {said}) => Math.max(newest, said?.heartbeat ?? 0), 0);
}

function jobId(stage: string, {id, tasks}: LaunchedJob): string | null {
  const task = tasks[stage];
  return id === null ? null : task === undefined || task === null ? id : `${id}_${task}`;
}

/** By its number, or where that never became known, by its name. */
function seenOf(stage: string, job: LaunchedJob, queue: QueueRecord | null): SeenJob | null {
  const id = jobId(stage, job);
  const task = job.tasks[stage] ?? null;
  return (
    queue?.jobs.find((seen) => {
      if (id !== null) return seen.id === id;
      return seen.name === job.name && (task === null || seen.id.endsWith(`_${task}`));
    }) ?? null
  );
}
