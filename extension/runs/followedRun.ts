import {nullForUserError, UserError} from '../../trainer/contract/errors.ts';
import {reportVerdict} from '../../trainer/contract/overview/reportVerdict.ts';
import {PlanRecord, ResolvedConfig} from '../../trainer/contract/run/pipeline.ts';
import {Report} from '../../trainer/contract/run/report.ts';
import {StageName} from '../../trainer/contract/run/stage.ts';
import {statIfThere} from '../../trainer/store/files/fileExists.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {openRun} from '../../trainer/store/run/runFolder.ts';
import {noNotes, readNotes} from '../../trainer/store/run/runNotes.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {singleLogs} from '../../trainer/store/run/singleEvents.ts';
import {currentState} from '../../trainer/store/run/runState.ts';
import {baseTimesteps} from '../config/baseModel.ts';
import {readEventTail, type TailDepth} from './eventTail.ts';
import {isActiveRun, type Run} from './run.ts';
import {addEvents, noProgress, plannedProgress} from '../../trainer/contract/run/runProgress.ts';
import {Silence} from '../silence.ts';
import {keptSamples} from '../../trainer/contract/run/pace.ts';

/** Changes that follow each other so closely may have the same time on some disks. */
const settledMilliseconds = 5000;
/** Milliseconds between two looks at a run whose stages are jobs. */
const jobsMilliseconds = 5000;
/** Enough to measure how fast its stages are. */
const activeDepth: TailDepth = {bytes: 256 * 1024, steps: keptSamples};
/** Enough for the last number of the stages that ended last. */
const restingDepth: TailDepth = {bytes: 32 * 1024, steps: 1};
/** Codes of errors that say nothing about what is in a file. */
const refusals: readonly string[] = ['file-missing', 'file-unreadable', 'file-truncated'];

/** Follows one run folder: looks at what has changed since the last look, and reads only that. */
export class FollowedRun {
  /** When the run was made, in milliseconds since the epoch. */
  readonly created: number;
  #run: Run;
  /** Where each log was read up to. */
  readonly #offsets = new Map<string, number>();
  readonly #silence = new Silence();
  readonly #seen = new Map<string, string>();
  /** What is wrong, by file. */
  readonly #problems = new Map<string, string>();
  /** When it was looked at last, by a clock that only goes forward. */
  #looked = -Infinity;
  /** When the folder had changed last, once all of it was read. */
  #folderTime: number | null = null;

  private constructor(
    run: Run,
    readonly jobsEvery: number,
  ) {
    this.#run = run;
    this.created = Date.parse(run.record.created);
  }

  /**
   * The run in a folder with what a list shows of it; `refresh` reads the rest, of a run whose stages are jobs each `jobsEvery` milliseconds at most. Throws a UserError where record or config cannot be
   * read.
   */
  static async open(path: string, jobsEvery = jobsMilliseconds): Promise<FollowedRun> {
    const {record} = await openRun(path);
    const config = await readJson(runPaths.config(path), ResolvedConfig, 'the config of the run');
    const unknown = {timesteps: null, state: null, silentSeconds: null, problem: null};
    const empty = {...unknown, report: null, verdict: null, progress: noProgress, notes: noNotes};
    const followed = new FollowedRun({path, record, config, ...empty}, jobsEvery);
    await followed.#readState();
    await followed.#readResults();
    return followed;
  }

  get run(): Run {
    return this.#run;
  }

  /** Takes in what is new; returns whether anything was. */
  async refresh(): Promise<boolean> {
    const before = this.#run;
    const folderTime = (await statIfThere(before.path))?.mtimeMs ?? 0;
    if (this.#isAtRest(folderTime)) return false;
    this.#looked = performance.now();
    if (this.#folderTime === null) {
      await this.#readBase();
    } else {
      await this.#readState();
      await this.#readResults();
    }
    await this.#readPlan();
    await this.#readEvents();
    const [problem = null] = this.#problems.values();
    if (problem !== this.#run.problem) this.#set({problem});
    this.#folderTime = folderTime;
    return this.#run !== before;
  }

  /** The files of a run that is not active only change by being replaced, which changes the time of their folder. */
  #isAtRest(folderTime: number): boolean {
    // A matrix of a hundred runs has thousands of files on a disk that all nodes use.
    if (this.#run.state?.launched && performance.now() - this.#looked < this.jobsEvery) return true;
    if (isActiveRun(this.#run) || this.#problems.size > 0 || folderTime !== this.#folderTime) return false;
    return Date.now() - folderTime > settledMilliseconds;
  }

  async #readBase(): Promise<void> {
    const {config, folder} = this.#run.config;
    this.#set({timesteps: await baseTimesteps(config, folder)});
  }

  async #readState(): Promise<void> {
    const {path, state: before} = this.#run;
    const read = async () => {
      const state = await currentState(path);
      const silentSeconds = this.#silence.after(state);
      if (silentSeconds !== this.#run.silentSeconds) this.#set({silentSeconds});
      if (JSON.stringify(state) === JSON.stringify(before)) return;
      this.#set({state});
    };
    // A run whose stages are jobs has no state of its own until its end.
    const launch = runPaths.launch(path);
    const file = (await statIfThere(launch)) === null ? runPaths.state(path) : launch;
    // The process may be gone while its file says that it works.
    await this.#whenChanged(file, read, isActiveRun(this.#run));
  }

  /** A resumed run writes its plan again. What is known of stages so far stays. */
  async #readPlan(): Promise<void> {
    const {path} = this.#run;
    const file = runPaths.plan(path);
    await this.#whenChanged(file, async () => {
      const {stages} = await readJson(file, PlanRecord, 'the plan of the run');
      const planned = plannedProgress(stages, await finishedStages(path));
      const {progress} = this.#run;
      this.#set({progress: {...progress, stages: new Map([...planned.stages, ...progress.stages])}});
    });
  }

  /** Those of its owner, and of stages that are jobs: each writes a log of its own, until the last one brings them together. */
  async #readEvents(): Promise<void> {
    const {path} = this.#run;
    // A folder of stages that cannot be read is told by those who read the plan.
    const single = (await singleLogs(path).catch(nullForUserError)) ?? [];
    for (const log of [runPaths.events(path), ...single.map((each) => each.path)]) await this.#readLog(log);
  }

  async #readLog(log: string): Promise<void> {
    await this.#whenChanged(log, async () => {
      const depth = isActiveRun(this.#run) ? activeDepth : restingDepth;
      const {events, offset, garbage} = await readEventTail(log, this.#offsets.get(log) ?? 0, depth);
      this.#offsets.set(log, offset);
      if (events.length > 0) this.#set({progress: addEvents(this.#run.progress, events)});
      if (garbage !== null) this.#problems.set(`${log} garbage`, `${log}: a line is no event: ${garbage}`);
    });
  }

  async #readResults(): Promise<void> {
    const {path} = this.#run;
    const report = runPaths.reportRecord(path);
    await this.#whenChanged(report, async () => {
      const read = await readJson(report, Report, 'the report');
      this.#set({report: read, verdict: reportVerdict(read)});
    });
    await this.#whenChanged(runPaths.notes(path), async () => this.#set({notes: await readNotes(path)}));
  }

  /** Reads a file that was written since it was read last (or in any case). One that cannot be read is a problem, until it can. */
  async #whenChanged(file: string, read: () => Promise<void>, isDue = false): Promise<void> {
    let version = '';
    try {
      const stats = await statIfThere(file);
      if (stats !== null) version = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
      if (version === (this.#seen.get(file) ?? '') && !isDue) return;
      if (version !== '' || isDue) await read();
      this.#problems.delete(file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#problems.set(file, error.line);
      // What the disk refuses may be there at the next look, what is wrong in a file only when that was written again.
      if (refusals.includes(error.code)) return;
    }
    this.#seen.set(file, version);
  }

  #set(change: Partial<Run>): void {
    this.#run = {...this.#run, ...change};
  }
}

/** Names of the stages that are done. */
async function finishedStages(run: string): Promise<Set<string>> {
  const names = await namesIn(runPaths.stages(run));
  const stages = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));
  return new Set(stages.filter((stage) => StageName.safeParse(stage).success));
}
