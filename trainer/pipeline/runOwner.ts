import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {EngineConfig} from '../contract/config.ts';
import type {NewRunEvent, RunEvent} from '../contract/events.ts';
import {toErrorRecord} from '../contract/errors.ts';
import type {StageRecord} from '../contract/pipeline.ts';
import {launchStage, type StageProcess} from '../launch/stageProcess.ts';
import {EventLog, eventLogPath} from '../store/eventLog.ts';
import {writeJsonAtomic} from '../store/jsonFile.ts';
import {ownIdentity} from '../store/processIdentity.ts';
import {clearControl, readControl, writeState} from '../store/runState.ts';
import {finishedStages, requireNeeds} from './finishedStages.ts';
import {GpuSlots} from './gpuSlots.ts';
import {startHeartbeat} from './heartbeat.ts';
import {runPaths} from './runPaths.ts';
import {runStageGraph} from './stageGraph.ts';
import type {PlannedStage} from './stagePlan.ts';
import {trainerEntry} from './trainerEntry.ts';

/** How a run is carried out. */
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
  /** What the user should know before the first stage starts. */
  readonly warnings: readonly string[];
  onEvent(event: RunEvent): void;
}

const interruptPatience = 2000;

/**
 * Owns a run from here to its end: starts the stages that are not done yet, writes the event log, the state and the heartbeat, and
 * passes a stop on. Throws the error of the first stage that failed, after the others have stopped at a checkpoint.
 */
export class RunOwner {
  readonly #log: EventLog;
  readonly #processes = new Map<string, StageProcess>();
  readonly #shares = new Map<string, number>();
  readonly #gpus: GpuSlots;
  #finished = new Map<string, number>();
  #stoppingSince: number | null = null;
  #failure: {error: unknown} | null = null;
  #started = 0;

  constructor(readonly options: RunOptions) {
    this.#log = new EventLog(eventLogPath(options.run));
    this.#gpus = new GpuSlots(options.gpus);
  }

  /** Carries the run out. */
  async carryOut(): Promise<'done' | 'stopped'> {
    const {run, stages} = this.options;
    await clearControl(run);
    this.#started = (await ownIdentity()).started;
    this.#finished = await finishedStages(run, stages);
    requireNeeds(stages, new Set(this.#finished.keys()));
    this.options.warnings.forEach((message) => this.#emit({type: 'log', stage: 'run', level: 'warning', message}));
    const skipped = stages.filter(({name}) => this.#finished.has(name));
    skipped.forEach(({name}) => this.#emit({type: 'stage', stage: name, state: 'skipped'}));
    const interrupt = () => this.#interrupt();
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    try {
      const outcome = await this.#runStages();
      this.#emit({type: outcome, stage: 'run'});
      await this.#writeState(outcome);
      return outcome;
    } catch (error) {
      await this.#writeState('failed', error);
      throw error;
    } finally {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    }
  }

  /** Asks all stages to write a checkpoint and end, and starts no more. */
  stop(): void {
    if (this.#stoppingSince !== null) return;
    this.#stoppingSince = Date.now();
    for (const child of this.#processes.values()) child.stop();
  }

  /** Somebody who interrupts again does not want to wait for checkpoints. One Ctrl-C may arrive twice, hence the patience. */
  #interrupt(): void {
    if (this.#stoppingSince === null) {
      this.#emit({type: 'log', stage: 'run', level: 'info', message: 'stopping; interrupt again to end at once'});
      this.stop();
    } else if (Date.now() - this.#stoppingSince > interruptPatience) {
      for (const child of this.#processes.values()) child.kill();
    }
  }

  async #runStages(): Promise<'done' | 'stopped'> {
    const {stages, parallel} = this.options;
    await this.#writeState('running');
    const endHeartbeat = startHeartbeat(
      () => this.#beat(),
      (error) => this.#fail(error),
    );
    const hooks = {run: (stage: PlannedStage) => this.#runStage(stage), mayStart: () => this.#stoppingSince === null};
    const outcome = await runStageGraph(stages, new Set(this.#finished.keys()), parallel, hooks).finally(endHeartbeat);
    if (this.#failure) throw this.#failure.error;
    return outcome;
  }

  async #runStage({name}: PlannedStage): Promise<'done' | 'stopped'> {
    this.#emit({type: 'stage', stage: name, state: 'started'});
    const begin = performance.now();
    if ((await this.#gpus.use((gpu) => this.#runProcess(name, gpu))) === 'stopped') {
      this.#emit({type: 'stopped', stage: name});
      this.stop();
      return 'stopped';
    }
    const seconds = (performance.now() - begin) / 1000;
    const record: StageRecord = {stage: name, seconds, finished: new Date().toISOString()};
    const file = runPaths.stage(this.options.run, name);
    await mkdir(dirname(file), {recursive: true});
    await writeJsonAtomic(file, record);
    this.#finished.set(name, seconds);
    this.#emit({type: 'stage', stage: name, state: 'done'});
    return 'done';
  }

  async #runProcess(stage: string, gpu: string | undefined): Promise<'done' | 'stopped'> {
    const {run, engine, libraryFolders} = this.options;
    const log = join(run, 'logs', `${stage}.log`);
    const onEvent = (event: RunEvent) => this.#relay(event);
    const child = launchStage({entry: trainerEntry(), run, stage, engine, gpu, libraryFolders, log, onEvent});
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

  #relay(event: RunEvent): void {
    if (event.type === 'failed') return;
    if (event.type === 'step') this.#shares.set(event.stage, event.update / event.updates);
    this.#emit(event);
  }

  #emit(event: NewRunEvent): void {
    this.options.onEvent(this.#log.append(event));
  }

  async #beat(): Promise<void> {
    const command = await readControl(this.options.run);
    if (command === 'stop') this.stop();
    const isStopping = this.#stoppingSince !== null;
    await this.#writeState(isStopping ? 'stopping' : command === 'pause' ? 'paused' : 'running');
  }

  async #writeState(
    state: 'running' | 'paused' | 'stopping' | 'stopped' | 'failed' | 'done',
    error?: unknown,
  ): Promise<void> {
    await writeState(this.options.run, {
      state,
      pid: process.pid,
      started: this.#started,
      heartbeat: Date.now() / 1000,
      stage: [...this.#processes.keys()].join(', '),
      progress: state === 'done' ? 1 : this.#progress(),
      ...(error !== undefined && {error: toErrorRecord(error)}),
    });
  }

  #progress(): number {
    const {stages} = this.options;
    const total = stages.reduce((sum, {effort}) => sum + effort, 0);
    const share = ({name}: PlannedStage) => (this.#finished.has(name) ? 1 : (this.#shares.get(name) ?? 0));
    return Math.min(1, stages.reduce((sum, stage) => sum + stage.effort * share(stage), 0) / Math.max(1, total));
  }
}
