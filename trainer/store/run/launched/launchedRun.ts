import {nullForUserError} from '../../../contract/errors.ts';
import {CancelRecord} from '../../../contract/launch/cancelRecord.ts';
import {JobLine, LaunchRecord} from '../../../contract/launch/launchRecord.ts';
import {QueueRecord} from '../../../contract/launch/seenJob.ts';
import {StageState} from '../../../contract/launch/stageState.ts';
import {fileExists} from '../../files/fileExists.ts';
import {parseJson, readJsonIfThere} from '../../files/jsonFile.ts';
import {appendNow, readRegularFile} from '../../files/regularFile.ts';
import {runPaths} from '../runPaths.ts';

/** A job that was, or was about to be, submitted for stages of a run. */
export interface LaunchedJob {
  readonly name: string;
  /** Null where nothing says that the scheduler has taken it. */
  readonly id: string | null;
  /** Null: it has not been refused. */
  readonly refused: string | null;
  /** Milliseconds since the epoch. */
  readonly submitted: number;
  readonly tasks: Readonly<Record<string, number | null>>;
}

/** How a run was submitted last; null for one that has, or had, an owner process. Throws a UserError for a damaged record. */
export function readLaunch(run: string): Promise<LaunchRecord | null> {
  return readJsonIfThere(runPaths.launch(run), LaunchRecord, 'the launch of the run');
}

/** Notes what is about to be submitted, or what came of it. */
export function noteJob(run: string, line: JobLine): void {
  appendNow(runPaths.jobLog(run), Buffer.from(`${JSON.stringify(JobLine.parse(line))}\n`));
}

/** A line has a kilobyte or two; a run has few. */
const longestLog = 2 ** 26;

/** The jobs of a submission, in the order in which they were submitted. */
export async function launchedJobs(run: string, launch: string): Promise<LaunchedJob[]> {
  const jobs = new Map<string, LaunchedJob>();
  for (const line of await jobLines(run)) {
    const known = jobs.get(line.name);
    if (line.type === 'intent' && line.launch === launch) {
      jobs.set(line.name, {name: line.name, id: null, refused: null, submitted: line.time, tasks: line.tasks});
    }
    if (line.type === 'submitted' && known) jobs.set(line.name, {...known, id: line.id});
    if (line.type === 'refused' && known) jobs.set(line.name, {...known, refused: line.message});
  }
  return [...jobs.values()];
}

/** Lines that were cut off are left out: a submission that was killed is found by the names of its jobs. */
async function jobLines(run: string): Promise<JobLine[]> {
  const path = runPaths.jobLog(run);
  if (!(await fileExists(path))) return [];
  const text = (await readRegularFile(path, longestLog, 'the jobs of the run')).toString('utf8');
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [parseJson(line, JobLine, 'a job', path)];
    } catch (error) {
      nullForUserError(error);
      return [];
    }
  });
}

/** How a stage says that it goes; null for one that has not begun, or whose file cannot be read. */
export function readStageState(run: string, stage: string): Promise<StageState | null> {
  return readJsonIfThere(runPaths.stageState(run, stage), StageState, 'the state of the stage').catch(nullForUserError);
}

/** That the job of a stage was cancelled; null where it was not. A damaged file was written for that, too. */
export function readCancel(run: string, stage: string): Promise<CancelRecord | null> {
  const damaged: CancelRecord = {format: 1, because: null};
  return readJsonIfThere(runPaths.stageCancel(run, stage), CancelRecord, 'the cancelling of the stage').catch(
    (error: unknown) => nullForUserError(error) ?? damaged,
  );
}

/** The jobs of a submission as somebody saw them last; null where nobody has. */
export async function readQueue(run: string, launch: string): Promise<QueueRecord | null> {
  const seen = await readJsonIfThere(runPaths.queue(run), QueueRecord, 'the queue').catch(nullForUserError);
  return seen?.launch === launch ? seen : null;
}
