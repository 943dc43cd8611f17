import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {EngineConfig} from '../contract/config.ts';
import type {NewRunEvent, RunEvent} from '../contract/events.ts';
import {toErrorRecord} from '../contract/errors.ts';
import {StageRecord} from '../contract/pipeline.ts';
import {launchStage, type StageProcess} from '../launch/stageProcess.ts';
import {EventLog, eventLogPath} from '../store/eventLog.ts';
import {fileExists} from '../store/fileExists.ts';
import {readJson, writeJsonAtomic} from '../store/jsonFile.ts';
import {ownIdentity} from '../store/processIdentity.ts';
import {clearControl, readControl, writeState} from '../store/runState.ts';
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
  onEvent(event: RunEvent): void;
}

const heartbeatMilliseconds = 2000;

/**
 * Owns a run from here to its end: starts the stages that are not done yet, writes the event log, the state and the heartbeat, and
 * passes a stop on. Throws the error of the first stage that failed, after the others have stopped at a checkpoint.
 */
export class RunOwner {
  readonly #log: EventLog;
  readonly #processes = new Map<string, StageProcess>();
  readonly #finished = new Map<string, number>();
  readonly #shares = new Map<string, number>();
  #stopping = false;
  #started = 0;

  constructor(readonly options: RunOptions) {
    this.#log = new EventLog(eventLogPath(options.run));
  }

  /** Carries the run out. */
  async carryOut(): Promise<'done' | 'stopped'> {
    const {run, stages, parallel} = this.options;
    await clearControl(run);
    this.#started = (await ownIdentity()).started;
    await this.#findFinished();
    const timer = setInterval(() => void this.#heartbeat(), heartbeatMilliseconds);
    const stop = () => this.stop();
    process.on('SIGINT', stop).on('SIGTERM', stop);
    try {
      await this.#writeState('running');
      const hooks = {run: (stage: PlannedStage) => this.#runStage(stage), mayStart: () => !this.#stopping};
      const outcome = await runStageGraph(stages, new Set(this.#finished.keys()), parallel, hooks);
      this.#emit({type: outcome, stage: 'run'});
      await this.#writeState(outcome);
      return outcome;
    } catch (error) {
      await this.#writeState('failed', error);
      throw error;
    } finally {
      clearInterval(timer);
      process.off('SIGINT', stop).off('SIGTERM', stop);
    }
  }

  /** Asks all stages to write a checkpoint and end, and starts no more. */
  stop(): void {
    this.#stopping = true;
    for (const child of this.#processes.values()) child.stop();
  }

  async #findFinished(): Promise<void> {
    for (const {name} of this.options.stages) {
      const file = runPaths.stage(this.options.run, name);
      if (!(await fileExists(file))) continue;
      this.#finished.set(name, (await readJson(file, StageRecord, 'the stage record')).seconds);
      this.#emit({type: 'stage', stage: name, state: 'skipped'});
    }
  }

  async #runStage({name}: PlannedStage): Promise<'done' | 'stopped'> {
    const {run, engine} = this.options;
    this.#emit({type: 'stage', stage: name, state: 'started'});
    const begin = performance.now();
    const child = launchStage({
      entry: trainerEntry(),
      run,
      stage: name,
      engine,
      log: join(run, 'logs', `${name}.log`),
      onEvent: (event) => this.#relay(event),
    });
    this.#processes.set(name, child);
    try {
      if ((await child.finished) === 'stopped') {
        this.#emit({type: 'stopped', stage: name});
        return 'stopped';
      }
    } catch (error) {
      this.#emit({type: 'failed', stage: name, error: toErrorRecord(error)});
      // One failure ends the run; what the others have learnt so far is saved.
      this.stop();
      throw error;
    } finally {
      this.#processes.delete(name);
    }
    const seconds = (performance.now() - begin) / 1000;
    const record: StageRecord = {stage: name, seconds, finished: new Date().toISOString()};
    const file = runPaths.stage(run, name);
    await mkdir(dirname(file), {recursive: true});
    await writeJsonAtomic(file, record);
    this.#finished.set(name, seconds);
    this.#emit({type: 'stage', stage: name, state: 'done'});
    return 'done';
  }

  #relay(event: RunEvent): void {
    if (event.type === 'failed') return;
    if (event.type === 'step') this.#shares.set(event.stage, event.update / event.updates);
    this.#emit(event);
  }

  #emit(event: NewRunEvent): void {
    this.options.onEvent(this.#log.append(event));
  }

  async #heartbeat(): Promise<void> {
    const command = await readControl(this.options.run);
    if (command === 'stop' && !this.#stopping) this.stop();
    await this.#writeState(this.#stopping ? 'stopping' : command === 'pause' ? 'paused' : 'running');
  }

  async #writeState(state: 'running' | 'paused' | 'stopping' | 'stopped' | 'failed' | 'done', error?: unknown): Promise<void> {
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
