import type {JobOptions} from '../contract/config/launchConfig.ts';
import type {SeenJob} from '../contract/launch/seenJob.ts';

/** A job, or an array of jobs, as it is handed to a scheduler. */
export interface JobRequest {
  /** By which it is found again where its number got lost. */
  readonly name: string;
  /** Absolute path of the script. */
  readonly script: string;
  /** Absolute path of the file that receives what it prints; a `%j` in its last part becomes the number of the job. */
  readonly log: string;
  readonly options: JobOptions;
  /** Signal and seconds before the time limit, as in USR2@180. */
  readonly signal: string;
  /** Number of tasks of an array; null: a single job. */
  readonly tasks: number | null;
  /** How many of them may run at once; left out: all. */
  readonly parallel?: number;
  readonly needs: readonly JobNeed[];
}

/** What must be over before a job begins. */
export interface JobNeed {
  /** `12`, or `12_3` for a task of an array. */
  readonly id: string;
  /** Whether it must have ended well. */
  readonly mustSucceed: boolean;
}

/** A program that starts jobs on other machines when these have room, and is asked by commands. Nothing of it keeps running here. */
export interface Scheduler {
  /** The arguments with which a job is submitted. */
  argumentsOf(job: JobRequest): string[];
  /** Hands a job over, and returns its number. Throws a UserError in words where the scheduler does not take it. */
  submit(job: JobRequest): Promise<string>;
  /** All jobs of this user that it knows of, by one question for all. Throws a UserError where it does not answer, which is no failure of any job. */
  look(): Promise<SeenJob[]>;
  /** What it has kept about the end of jobs that `look` has not listed any more; none where it keeps nothing. */
  past(ids: readonly string[]): Promise<SeenJob[]>;
  /** Ends jobs; `onlyWaiting`: those that have not begun. Jobs that have ended already are fine. */
  cancel(ids: readonly string[], onlyWaiting?: boolean): Promise<void>;
  /** Has jobs that run write their checkpoints and end. */
  signal(ids: readonly string[], signal: string): Promise<void>;
}
