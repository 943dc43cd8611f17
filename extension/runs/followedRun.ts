import {stat} from 'node:fs/promises';
import {UserError} from '../../trainer/contract/errors.ts';
import {PlanRecord, ResolvedConfig} from '../../trainer/contract/run/pipeline.ts';
import {Report} from '../../trainer/contract/run/report.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {openRun} from '../../trainer/store/run/runFolder.ts';
import {noNotes, readNotes} from '../../trainer/store/run/runNotes.ts';
import {currentState} from '../../trainer/store/run/runState.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {baseTimesteps} from '../config/baseModel.ts';
import {readEventTail} from './eventTail.ts';
import {isActiveRun, type Run} from './run.ts';
import {addEvents, noProgress, plannedProgress} from '../../trainer/contract/run/runProgress.ts';
import {Silence} from '../silence.ts';
import {addSample, noPace, secondsLeft, type Pace} from '../../trainer/contract/run/pace.ts';

/** Follows one run folder: looks at what has changed since the last look, and reads only that. */
export class FollowedRun {
  #run: Run;
  #offset = 0;
  #pace: Pace = noPace;
  readonly #silence = new Silence();
  readonly #seen = new Map<string, number>();

  private constructor(run: Run) {
    this.#run = run;
  }

  /** The run in a folder; throws a UserError where it cannot be read. */
  static async open(path: string): Promise<FollowedRun> {
    const {record} = await openRun(path);
    const config = await readJson(runPaths.config(path), ResolvedConfig, 'the config of the run');
    const timesteps = await baseTimesteps(config.config, config.folder);
    const unknown = {state: null, secondsLeft: null, silentSeconds: null, report: null, problem: null};
    const followed = new FollowedRun({
      path,
      record,
      config,
      timesteps,
      progress: noProgress,
      notes: noNotes,
      ...unknown,
    });
    await followed.refresh();
    return followed;
  }

  get run(): Run {
    return this.#run;
  }

  /** Takes in what is new; returns whether anything was. */
  async refresh(): Promise<boolean> {
    const before = this.#run;
    try {
      await this.#readState();
      await this.#readPlan();
      await this.#readEvents();
      await this.#readResults();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.line !== before.problem) this.#set({problem: error.line});
    }
    return this.#run !== before;
  }

  async #readState(): Promise<void> {
    // The process may be gone while its file says that it works.
    if (!(await this.#hasChanged(runPaths.state(this.#run.path))) && !isActiveRun(this.#run)) return;
    const before = this.#run.state;
    const state = await currentState(this.#run.path);
    const silentSeconds = this.#silence.after(state);
    if (silentSeconds !== this.#run.silentSeconds) this.#set({silentSeconds});
    if (JSON.stringify(state) === JSON.stringify(before)) return;
    const isRunning = state?.state === 'running';
    if (!isRunning || state.pid !== before?.pid) this.#pace = noPace;
    else this.#pace = addSample(this.#pace, {time: state.heartbeat * 1000, share: state.progress});
    this.#set({state, secondsLeft: isRunning ? secondsLeft(this.#pace) : null});
  }

  /** The plan is written anew when a run is gone on with. What was known of stages so far stays. */
  async #readPlan(): Promise<void> {
    const {path} = this.#run;
    const file = runPaths.plan(path);
    if (!(await this.#hasChanged(file))) return;
    const {stages} = await readJson(file, PlanRecord, 'the plan of the run');
    const planned = plannedProgress(stages, await finishedStages(path));
    const {progress} = this.#run;
    this.#set({progress: {...progress, stages: new Map([...planned.stages, ...progress.stages])}});
  }

  async #readEvents(): Promise<void> {
    const log = runPaths.events(this.#run.path);
    if (!(await this.#hasChanged(log))) return;
    const {events, offset, garbage} = await readEventTail(log, this.#offset);
    this.#offset = offset;
    if (events.length > 0) this.#set({progress: addEvents(this.#run.progress, events)});
    if (garbage !== null) this.#set({problem: `${log}: a line is no event: ${garbage}`});
  }

  async #readResults(): Promise<void> {
    const {path} = this.#run;
    const report = runPaths.reportRecord(path);
    if (await this.#hasChanged(report)) this.#set({report: await readJson(report, Report, 'the report')});
    if (await this.#hasChanged(runPaths.notes(path))) this.#set({notes: await readNotes(path)});
  }

  /** Whether a file was written since the last call for it. */
  async #hasChanged(file: string): Promise<boolean> {
    const stats = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const version = stats === null ? 0 : stats.mtimeMs + stats.size;
    if (version === (this.#seen.get(file) ?? 0)) return false;
    this.#seen.set(file, version);
    return stats !== null;
  }

  #set(change: Partial<Run>): void {
    this.#run = {...this.#run, ...change};
  }
}

/** Names of the stages that are done. */
async function finishedStages(run: string): Promise<Set<string>> {
  const names = await namesIn(runPaths.stages(run));
  return new Set(names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : [])));
}
