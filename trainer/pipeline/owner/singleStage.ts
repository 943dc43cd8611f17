import {toErrorRecord} from '../../contract/errors.ts';
import type {NewRunEvent, RunEvent} from '../../contract/run/events.ts';
import {StageProcesses} from '../../launch/stageProcesses.ts';
import type {StageLaunch, StageProcess} from '../../launch/stageProcess.ts';
import {EventLog} from '../../store/run/eventLog.ts';
import {lockHolder, takeLock} from '../../store/run/processLock.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {clearControl} from '../../store/run/runState.ts';
import {finishedStages, requireNeeds} from '../graph/finishedStages.ts';
import {settleInputs} from '../graph/runInputs.ts';
import {findStage} from '../graph/stagePlan.ts';
import {listenForInterrupts, type Interruptible} from './interrupts.ts';
import {planRemaining, runBusy} from './startRun.ts';
import {trainerEntry} from './trainerEntry.ts';
import {readResolved} from './work.ts';

/**
 * Runs one stage of a run without an owner of the whole, for schedulers that start each stage as a job of its own. Resumes the stage from its
 * checkpoints; one that is done already stays so. Several stages of a run may run like that at once, each with an event log of its own.
 * Throws a UserError where another process owns the run or the stage, or something that the stage needs is not done.
 */
export async function runSingleStage(
  run: RunFolder,
  name: string,
  onEvent: (event: RunEvent) => void,
): Promise<'done' | 'stopped'> {
  const resolved = await readResolved(run);
  const planned = findStage(resolved.config, name);
  return whileSingle(run.path, name, async () => {
    const finished = await finishedStages(run.path, [planned]);
    if (finished.has(name)) return 'done';
    requireNeeds([planned], new Set(finished.keys()));
    const warnings: string[] = [];
    await settleInputs(run.path, resolved, (warning) => warnings.push(warning));
    const processes = await planRemaining(run, resolved, [planned]);
    await clearControl(run.path);
    const {engine, gpus, libraryFolders} = processes;
    const stage = new SingleStage(run.path, name, onEvent);
    [...warnings, ...processes.warnings].forEach((warning) => stage.log('warning', warning));
    return stage.run({engine, gpu: gpus[0], libraryFolders});
  });
}

/** Works while no other process owns the run or this stage of it. */
async function whileSingle<T>(run: string, stage: string, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(runPaths.singleLock(run, stage));
  if (!lock.held) throw runBusy(run, lock.holder);
  try {
    // An owner looks for single stages once it has its lock, so that one of the two sees the other.
    const owner = await lockHolder(runPaths.ownerLock(run));
    if (owner !== null) throw runBusy(run, owner);
    return await work();
  } finally {
    await lock.release();
  }
}

class SingleStage implements Interruptible {
  readonly #log: EventLog;
  #child: StageProcess | null = null;
  stoppingSince: number | null = null;

  constructor(
    readonly path: string,
    readonly name: string,
    readonly onEvent: (event: RunEvent) => void,
  ) {
    this.#log = new EventLog(runPaths.singleEvents(path, name));
  }

  async run(how: Pick<StageLaunch, 'engine' | 'gpu' | 'libraryFolders'>): Promise<'done' | 'stopped'> {
    const {path, name} = this;
    const endInterrupts = listenForInterrupts(this);
    const processes = new StageProcesses();
    this.#emit({type: 'stage', stage: name, state: 'started'});
    try {
      this.#child = processes.launch({
        ...how,
        entry: trainerEntry(),
        run: path,
        stage: name,
        log: runPaths.log(path, name),
        onEvent: (event) => this.#relay(event),
        sync: () => this.#log.sync(),
      });
      const outcome = await this.#child.finished;
      this.#emit(outcome === 'done' ? {type: 'stage', stage: name, state: 'done'} : {type: 'stopped', stage: name});
      return outcome;
    } catch (error) {
      this.#emit({type: 'failed', stage: name, error: toErrorRecord(error)});
      throw error;
    } finally {
      await processes.end();
      endInterrupts();
    }
  }

  stop(): void {
    this.stoppingSince ??= performance.now();
    this.#child?.stop();
  }

  kill(): void {
    this.#child?.kill();
  }

  say(message: string): void {
    this.log('info', message);
  }

  log(level: 'info' | 'warning', message: string): void {
    this.#emit({type: 'log', stage: this.name, level, message});
  }

  /** Says whether all events are on the disk. A failure is reported when the process has ended. */
  #relay(event: RunEvent): boolean {
    if (event.type !== 'failed') {
      this.#log.adopt(event);
      this.onEvent(event);
    }
    return this.#log.waiting === 0;
  }

  #emit(event: NewRunEvent): void {
    this.onEvent(this.#log.append(event));
  }
}
