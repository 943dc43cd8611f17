import type {EngineConfig} from '../../contract/config/config.ts';
import type {NewRunEvent, RunEvent} from '../../contract/run/events.ts';
import {toErrorRecord} from '../../contract/errors.ts';
import type {TimeLeft} from '../../contract/timeLeft.ts';
import {StageProcesses} from '../../launch/stageProcesses.ts';
import type {StageProcess} from '../../launch/stageProcess.ts';
import {RunPlace} from '../../store/run/runPlace.ts';
import {clearControl, readControl} from '../../store/run/runState.ts';
import {removeAbandoned} from '../../store/files/temporaryFiles.ts';
import {finishedStages, requireNeeds, settledStages} from '../graph/finishedStages.ts';
import {GpuSlots} from '../resources/gpuSlots.ts';
import {startHeartbeat} from './heartbeat.ts';
import {listenForInterrupts, type Interruptible} from './interrupts.ts';
import {OwnerRecords, type OwnState} from './ownerRecords.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {runStageGraph} from '../graph/stageGraph.ts';
import {workOf, type PlannedStage} from '../graph/stagePlan.ts';
import type {KindTimes} from './time/kindTimes.ts';
import {StageClock} from './time/stageClock.ts';
import {StallWatch} from './stallWatch.ts';
import {SteadyLeft} from './time/steadyLeft.ts';
import type {StageDecision} from '../graph/takeOver.ts';
import {trainerEntry} from './trainerEntry.ts';

/** How a run is executed. */
export interface RunOptions {
  readonly run: string;
  readonly stages: readonly PlannedStage[];
  /** Stage processes at once. */
  readonly parallel: number;
  /** The engine of each. */
  readonly engine: EngineConfig;
  /** GPUs to share among the processes, one each. */
  readonly gpus: readonly string[];
  /** Folders of libraries that the engine opens by name. */
  readonly libraryFolders: readonly string[];
  /** How long stages took in earlier runs. */
  readonly earlier: KindTimes;
  /** What the user should know before the first stage starts. */
  readonly warnings: readonly string[];
  /** What was taken over from earlier runs, and why the other stages were not. */
  readonly decisions: readonly StageDecision[];
  onEvent(event: RunEvent): void;
}

const fullDiskPatience = 10_000;

/**
 * Owns a run from here to its end: starts the stages that are not done yet, writes the event log, the state and the heartbeat, and
 * passes a stop on. Throws the error of the first stage that failed, after the others have stopped at a checkpoint. The caller holds
 * the lock of the run.
 */
export async function ownRun(options: RunOptions): Promise<'done' | 'stopped'> {
  await removeAbandoned(options.run);
  const place = await RunPlace.open(options.run);
  const records = await OwnerRecords.open(options.run, options.onEvent);
  await records.journal.adoptSingleStages();
  const finished = await finishedStages(options.run, options.stages);
  const owner = new RunOwner(options, records, place, settledStages(options.stages, finished.keys()));
  return owner.run().finally(() => removeAbandoned(options.run));
}

class RunOwner implements Interruptible {
  readonly #launched = new StageProcesses();
  readonly #processes = new Map<string, StageProcess>();
  readonly #clock: StageClock;
  readonly #left = new SteadyLeft();
  readonly #gpus: GpuSlots;
  readonly #stalls = new StallWatch();
  stoppingSince: number | null = null;
  #isHurried = false;
  #failure: {error: unknown} | null = null;

  constructor(
    readonly options: RunOptions,
    readonly records: OwnerRecords,
    readonly place: RunPlace,
    /** Names of the stages that are done. */
    readonly finished: Set<string>,
  ) {
    this.#gpus = new GpuSlots(options.gpus);
    this.#clock = new StageClock(options.stages, finished, options.parallel, options.earlier);
  }

  async run(): Promise<'done' | 'stopped'> {
    await clearControl(this.options.run);
    requireNeeds(this.options.stages, this.finished);
    await this.#introduce();
    const endInterrupts = listenForInterrupts(this);
    try {
      const outcome = await this.#runStages();
      this.#emit({type: outcome, stage: 'run'});
      await this.#end({state: outcome});
      return outcome;
    } catch (error) {
      // In a folder that was moved or deleted, everything fails for that reason, and there is nowhere to write the error to.
      if (!(await this.place.isThere())) throw this.place.gone();
      await this.#end({state: 'failed', error: toErrorRecord(error)});
      throw error;
    } finally {
      await this.#launched.end();
      endInterrupts();
    }
  }

  /** Asks all stages to write a checkpoint and end, and starts no more. */
  stop(): void {
    if (this.stoppingSince !== null) return;
    this.stoppingSince = performance.now();
    for (const child of this.#processes.values()) child.stop();
  }

  /** Reports which stages are done already or were taken over from other runs, and why the others were not. */
  async #introduce(): Promise<void> {
    const log = (stage: string, level: 'info' | 'warning', message: string) =>
      this.#emit({type: 'log', stage, level, message});
    this.options.warnings.forEach((message) => log('run', 'warning', message));
    for (const {stage, message, from} of this.options.decisions) {
      if (from) await this.records.journal.adoptStage(from.path, stage);
      log(stage, 'info', message);
    }
    const skipped = this.options.stages.filter(({name}) => this.finished.has(name));
    const sources = new Map(this.options.decisions.map(({stage, from}) => [stage, from?.record.id]));
    for (const {name} of skipped) {
      const from = sources.get(name);
      this.#emit({type: 'stage', stage: name, state: 'skipped', ...(from !== undefined && {from})});
    }
  }

  kill(): void {
    this.stoppingSince ??= performance.now();
    this.#isHurried = true;
    for (const child of this.#processes.values()) child.kill();
  }

  say(message: string): void {
    this.#emit({type: 'log', stage: 'run', level: 'info', message});
  }

  async #runStages(): Promise<'done' | 'stopped'> {
    const {stages, parallel} = this.options;
    await this.records.beat(this.#ownState('running'));
    const endHeartbeat = startHeartbeat(
      () => this.#beat(),
      (error) => this.#fail(error),
    );
    const hooks = {run: (stage: PlannedStage) => this.#runStage(stage), mayStart: () => this.stoppingSince === null};
    const outcome = await runStageGraph(stages, this.finished, parallel, hooks).finally(endHeartbeat);
    if (this.#failure) throw this.#failure.error;
    return outcome;
  }

  async #runStage(stage: PlannedStage): Promise<'done' | 'stopped'> {
    const {name} = stage;
    this.#emit({type: 'stage', stage: name, state: 'started'});
    const outcome = await this.#gpus.use((gpu) => this.#runProcess(stage, gpu));
    if (outcome === 'stopped') {
      this.#emit({type: 'stopped', stage: name});
      this.stop();
      return 'stopped';
    }
    this.finished.add(name);
    this.#emit({type: 'stage', stage: name, state: 'done'});
    return 'done';
  }

  async #runProcess(planned: PlannedStage, gpu: string | undefined): Promise<'done' | 'stopped'> {
    const {run, engine, libraryFolders} = this.options;
    const {name: stage} = planned;
    await this.place.check();
    const log = runPaths.log(run, stage);
    const onEvent = (event: RunEvent) => this.#relay(event);
    const sync = () => this.records.journal.sync();
    const setting = {entry: trainerEntry(), run, engine, work: workOf(planned), gpu, libraryFolders};
    const child = this.#launched.launch({...setting, stage, log, onEvent, sync});
    this.#processes.set(stage, child);
    try {
      return await child.finished;
    } catch (error) {
      this.#emit({type: 'failed', stage, error: toErrorRecord(error)});
      // One failure ends the run; what the others have learnt so far is saved.
      this.#fail(error);
      throw error;
    } finally {
      this.#processes.delete(stage);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= {error};
    this.stop();
  }

  /** Says whether all events are on the disk. */
  #relay(event: RunEvent): boolean {
    if (event.type !== 'failed') this.#note(this.records.relay(event));
    return this.records.areWritten;
  }

  #emit(event: NewRunEvent): void {
    this.#note(this.records.emit(event));
  }

  #note(event: RunEvent): void {
    const {stage} = event;
    this.#clock.add(event);
    const back = this.#stalls.onEvent(event);
    if (back !== null) this.records.emit({type: 'log', stage, level: 'info', message: back});
  }

  async #beat(): Promise<void> {
    await this.place.check();
    const command = await readControl(this.options.run);
    if (command === 'stop') this.stop();
    if (command === 'kill') this.kill();
    const isPaused = command === 'pause';
    for (const {stage, message} of this.#stalls.check(isPaused)) {
      this.records.emit({type: 'log', stage, level: 'warning', message, alert: true});
    }
    const isStopping = this.stoppingSince !== null;
    await this.records.beat(this.#ownState(isStopping ? 'stopping' : isPaused ? 'paused' : 'running'));
  }

  /** The last words wait for a disk that is full, but not for long once a stop is asked. */
  async #end({state, error}: Pick<OwnState, 'state' | 'error'>): Promise<void> {
    const mayWait = () => {
      const stopping = this.stoppingSince === null ? 0 : performance.now() - this.stoppingSince;
      return !this.#isHurried && stopping < fullDiskPatience;
    };
    await this.records.end({...this.#ownState(state), ...(error && {error})}, mayWait);
  }

  #ownState(state: OwnState['state']): OwnState {
    const progress = state === 'done' ? 1 : Math.min(1, this.#clock.progress);
    const left = state === 'running' ? this.#timeLeft() : null;
    return {state, stage: [...this.#processes.keys()].join(', '), progress, ...(left && {left})};
  }

  #timeLeft(): TimeLeft | null {
    const now = Date.now();
    return this.#left.next(this.#clock.left(now), now);
  }
}
