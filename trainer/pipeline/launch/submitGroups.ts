import {chmod, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {JobLine} from '../../contract/launch/launchRecord.ts';
import type {JobRequest, Scheduler} from '../../launch/scheduler.ts';
import {jobScript} from '../../launch/slurm/jobScript.ts';
import {shellQuote} from '../../launch/slurm/shellQuote.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {noteJob} from '../../store/run/launched/launchedRun.ts';
import {jobCommand} from './jobCommand.ts';
import type {JobGroup} from './jobGroups.ts';

/** A submission as a whole. */
export interface Submission {
  /** Its id, in the names of all its jobs. */
  readonly id: string;
  readonly groups: readonly JobGroup[];
  readonly launch: LaunchConfig;
  /** Folder of the scripts, and of what they print. */
  readonly folder: string;
  readonly scheduler: Scheduler;
}

/** A group that the scheduler has taken. */
export interface SubmittedGroup {
  readonly group: JobGroup;
  /** Number of the job. */
  readonly id: string;
}

/**
 * Submits all groups, each with its script and after those that it needs, and notes in the folders of the runs what was submitted. Where the
 * scheduler refuses one, those before it are cancelled: a part of the work would only wait for the rest.
 */
export async function submitGroups(submission: Submission): Promise<SubmittedGroup[]> {
  const {groups, folder, scheduler} = submission;
  await mkdir(folder, {recursive: true});
  const submitted: SubmittedGroup[] = [];
  for (const group of groups) {
    const job = jobOf(submission, group, submitted);
    const text = scriptOf(submission, group, scheduler.argumentsOf(job));
    await writeFileAtomic(job.script, text);
    await chmod(job.script, 0o755);
    noteIntent(submission, group, job);
    try {
      const id = await scheduler.submit(job);
      noteInRuns(group, {type: 'submitted', time: Date.now(), name: job.name, id});
      submitted.push({group, id});
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      noteRefused(submission, group, error);
      await callOff(submission, submitted, error);
      throw error;
    }
  }
  return submitted;
}

/** Those that cannot be called off any more go on, and are not noted as refused. */
async function callOff(submission: Submission, submitted: readonly SubmittedGroup[], error: UserError): Promise<void> {
  if (submitted.length === 0) return;
  const ids = submitted.map(({id}) => id);
  const isDone = await submission.scheduler.cancel(ids).then(
    () => true,
    () => false,
  );
  if (isDone) for (const {group} of submitted) noteRefused(submission, group, error);
}

function noteRefused({id}: Submission, group: JobGroup, {message}: UserError): void {
  noteInRuns(group, {type: 'refused', time: Date.now(), name: jobName(id, group), message});
}

function jobName(id: string, {name}: Pick<JobGroup, 'name'>): string {
  return `deme-${id}-${name}`;
}

function jobOf({id, launch, folder}: Submission, group: JobGroup, submitted: readonly SubmittedGroup[]): JobRequest {
  const {name, kind, tasks, needs} = group;
  const numberOf = (wanted: string) => {
    const found = submitted.find((each) => each.group.name === wanted);
    if (found === undefined) throw new Error(`${name} needs ${wanted}, which comes later`);
    return found;
  };
  return {
    name: jobName(id, group),
    script: join(folder, `${name}.sh`),
    log: join(folder, `${name}.%j.log`),
    options: {...launch.options, ...launch.stages[kind]},
    signal: launch.signal,
    tasks: tasks.length === 1 ? null : tasks.length,
    ...(launch.parallel !== undefined && {parallel: launch.parallel}),
    needs: needs.map(({group: wanted, task, mustSucceed}) => {
      const {id: number, group: needed} = numberOf(wanted);
      return {id: task === null || needed.tasks.length === 1 ? number : `${number}_${task}`, mustSucceed};
    }),
  };
}

function scriptOf({launch}: Submission, {tasks}: JobGroup, parameters: readonly string[]): string {
  return jobScript({
    ...launch,
    ...jobCommand(launch, 'stage'),
    tasks: tasks.map(({run, stages}) => ({run, stages: stages.map(({name}) => name)})),
    submitted: ['sbatch', ...parameters.map(shellQuote)].join(' '),
  });
}

/** Each run notes its own stages, so that its folder says all. */
function noteIntent({id, scheduler}: Submission, group: JobGroup, job: JobRequest): void {
  for (const run of runsOf(group)) {
    const entries = group.tasks.flatMap((task, index) =>
      task.run === run ? task.stages.map(({name}) => [name, job.tasks === null ? null : index] as const) : [],
    );
    noteJob(run, {
      type: 'intent',
      time: Date.now(),
      launch: id,
      name: job.name,
      script: job.script,
      arguments: scheduler.argumentsOf(job),
      tasks: Object.fromEntries(entries),
    });
  }
}

function noteInRuns(group: JobGroup, line: JobLine): void {
  for (const run of runsOf(group)) noteJob(run, line);
}

function runsOf({tasks}: JobGroup): Set<string> {
  return new Set(tasks.map(({run}) => run));
}
