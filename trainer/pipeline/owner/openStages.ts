import {toErrorRecord, UserError} from '../../contract/errors.ts';
import type {LaunchRecord} from '../../contract/launch/launchRecord.ts';
import {readCancel} from '../../store/run/launched/launchedRun.ts';
import {readControl} from '../../store/run/runState.ts';
import {finishedStages} from '../graph/finishedStages.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {resumePoint} from '../launch/resumePoint.ts';
import type {SingleStage} from './single/singleStage.ts';

/** Lives of a job in a row without anything gained, after which there is no other. */
const patientLives = 2;

/** A stage that this process is to carry out, and what it writes down about it. */
export interface OpenStage {
  readonly stage: PlannedStage;
  readonly single: SingleStage;
}

/** The stages of one job, until each is done, was cancelled, or the job ends: which are left, and what their files say at the end. */
export class OpenStages {
  /** Names of those that are done, or were cancelled. */
  readonly #over = new Set<string>();
  #hasCancelled = false;
  /** What each had to go on from when this began. */
  readonly #begun = new Map<string, string>();

  /** @param launch how the run was submitted; null: this process is no job of it, which nobody cancels or puts back into a queue */
  constructor(
    readonly run: string,
    readonly launch: LaunchRecord | null,
    readonly all: readonly OpenStage[],
  ) {}

  /** Those that are to be done. */
  get left(): OpenStage[] {
    return this.all.filter(({stage}) => !this.#over.has(stage.name));
  }

  get planned(): PlannedStage[] {
    return this.all.map(({stage}) => stage);
  }

  /** Of what was neither stopped as a whole nor has failed. */
  get outcome(): 'done' | 'stopped' {
    return this.#hasCancelled ? 'stopped' : 'done';
  }

  each(act: (single: SingleStage) => void): void {
    for (const {single} of this.all) act(single);
  }

  /** Remembers what there is to go on from. */
  async begin(): Promise<void> {
    for (const {stage} of this.all) this.#begun.set(stage.name, await resumePoint(this.run, stage));
  }

  /** Writes how all go; those that somebody has cancelled meanwhile are handed to `stop`. */
  async beat(stop: (name: string) => void): Promise<void> {
    for (const {single} of this.left) {
      await single.beat();
      if (await this.#isCancelled(single)) stop(single.name);
    }
  }

  async endDone(isDone: (name: string) => boolean): Promise<void> {
    for (const {single} of this.left) {
      if (!isDone(single.name)) continue;
      this.#over.add(single.name);
      await single.end('done');
    }
  }

  /** Leaves out those that were cancelled. */
  async leaveCancelled(): Promise<void> {
    for (const {single} of this.left) await this.leaveIfCancelled(single);
  }

  /** Whether a stage was cancelled; then it is left out. */
  async leaveIfCancelled(single: SingleStage): Promise<boolean> {
    if (!(await this.#isCancelled(single))) return false;
    this.#over.add(single.name);
    this.#hasCancelled = true;
    await single.end('stopped');
    return true;
  }

  /** Whether somebody has stopped the run as a whole, by which a job that begins all the same has nothing to do. */
  async isUnwanted(): Promise<boolean> {
    const control = await readControl(this.run);
    return control === 'stop' || control === 'kill';
  }

  /** Throws a UserError where no other job shall follow, as it would gain no more than the last ones. */
  async endStopped(): Promise<void> {
    const isUnwanted = await this.isUnwanted();
    const spent = isUnwanted ? null : this.#spent();
    if (!isUnwanted && spent === null) await this.#requireGain();
    for (const {single} of this.left) {
      if (spent === null) await single.end('stopped');
      else await single.end('failed', toErrorRecord(spent));
    }
  }

  /** Of stages that have said nothing yet. */
  async endFailed(error: unknown): Promise<void> {
    if (this.launch === null) return;
    const finished = await finishedStages(this.run, this.planned);
    for (const {stage, single} of this.left) {
      if (!finished.has(stage.name)) await single.end('failed', toErrorRecord(error));
    }
  }

  /** The error where a job has gone on as often as it may, and will not once more. */
  #spent(): UserError | null {
    const job = this.all[0]?.single.identity.job;
    const requeues = this.launch?.launch.requeues;
    if (job === undefined || requeues === undefined || job.life < requeues) return null;
    const message = `It went on in ${requeues} further jobs (launch.requeues), and has not come to its end.`;
    return new UserError('requeues-spent', message, {
      hint: 'Raise launch.options.time or launch.requeues; `deme resume` goes on from the last checkpoint.',
    });
  }

  async #requireGain(): Promise<void> {
    if (this.launch === null) return;
    for (const {stage, single} of this.left) {
      await single.countLife((await resumePoint(this.run, stage)) === this.#begun.get(stage.name));
    }
    if (this.left.length === 0 || this.left.some(({single}) => single.idle < patientLives)) return;
    const message = `${patientLives} jobs in a row have ended before they wrote a checkpoint that goes further, so no other follows.`;
    throw new UserError('no-gain', message, {
      hint: 'Give jobs more time (launch.options.time), or fewer seconds to launch.signal; then `deme resume` goes on from the last checkpoint.',
    });
  }

  async #isCancelled({name}: SingleStage): Promise<boolean> {
    return this.launch !== null && (await readCancel(this.run, name)) !== null;
  }
}
