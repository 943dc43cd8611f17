import {fork, type ChildProcess} from 'node:child_process';
import {closeSync} from 'node:fs';
import {fromErrorRecord, UserError} from '../contract/errors.ts';
import {RunEvent} from '../contract/run/events.ts';
import {IdleMessage, type NextStageMessage, type WrittenMessage} from '../contract/run/stageMessages.ts';
import {lastSaid, openProcessLog} from './processLog.ts';
import {diedCode, stoppedExitCode, type StageLaunch, type StageProcess} from './stageProcess.ts';
import {trainerEnvironment, trainerFlags} from './trainerEnvironment.ts';

/** Signals that mean a stop. A process that is still loading ends by them at once, since it does not listen yet. */
const stopSignals: readonly (NodeJS.Signals | null)[] = ['SIGINT', 'SIGTERM'];

/** Milliseconds for an idle process to end by itself. */
const endPatience = 5_000;

/** The stage that a process is running. */
interface Current {
  readonly launch: StageLaunch;
  /** What the stage has said to have failed by. */
  failure: Error | null;
  resolve(outcome: 'done' | 'stopped'): void;
  reject(error: unknown): void;
}

/** A child process with an IPC channel that runs one stage of a run, and more after it if it says that it can. */
export class TrainerProcess {
  readonly #child: ChildProcess;
  /** What it was started with; its log receives what the process prints, in whatever stage. */
  readonly #first: StageLaunch;
  readonly #acknowledge: (areWritten: boolean) => void;
  readonly #closed: Promise<void>;
  #current: Current | null = null;

  /** What it was started with, as far as that cannot change until it ends. */
  readonly setting: string;

  /** Starts the process for the stage of `launch`, which is to be passed to `run` first. */
  constructor(launch: StageLaunch) {
    this.#first = launch;
    this.setting = settingOf(launch);
    const log = openProcessLog(launch.log);
    this.#child = fork(launch.entry, [launch.run, launch.stage, JSON.stringify(launch.engine)], {
      stdio: ['ignore', log, log, 'ipc'],
      serialization: 'json',
      execArgv: [...trainerFlags],
      env: trainerEnvironment(launch),
    });
    closeSync(log);
    this.#acknowledge = acknowledger(this.#child, launch);
    this.#child.on('message', (message) => this.#onMessage(message));
    this.#child.on('error', (error) => this.#current?.reject(error));
    this.#closed = new Promise((resolve) => {
      // Not `exit`, which may come before the last messages.
      this.#child.on('close', (code, signal) => {
        this.#onClose(code, signal);
        resolve();
      });
    });
  }

  /** Runs the stage that the process was started for, then, while it is idle, others of the same run. */
  run(launch: StageLaunch): StageProcess {
    if (launch !== this.#first) this.#send({next: launch.stage});
    const finished = new Promise<'done' | 'stopped'>((resolve, reject) => {
      this.#current = {launch, failure: null, resolve, reject};
    });
    const current = this.#current;
    const signal = (name: NodeJS.Signals) => {
      if (this.#current === current) this.#child.kill(name);
    };
    return {finished, stop: () => signal('SIGTERM'), kill: () => signal('SIGKILL')};
  }

  /** Whether it waits for another stage. */
  get isIdle(): boolean {
    return this.#current === null && this.#child.connected;
  }

  /** Lets a process go that is idle; resolves when it has ended. */
  async end(): Promise<void> {
    this.#send({next: null});
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), endPatience);
    await this.#closed;
    clearTimeout(patience);
  }

  /** A process that ends meanwhile says so by its end. */
  #send(message: NextStageMessage): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #onMessage(message: unknown): void {
    const current = this.#current;
    if (current === null) return;
    if (IdleMessage.safeParse(message).success) {
      this.#current = null;
      if (current.failure) current.reject(current.failure);
      else current.resolve('done');
      return;
    }
    const event = RunEvent.safeParse(message);
    if (!event.success) {
      const {stage} = current.launch;
      current.failure ??= new Error(`the process of ${stage} sent a message that is no event: ${event.error.message}`);
      return;
    }
    if (event.data.type === 'failed') current.failure = fromErrorRecord(event.data.error);
    this.#acknowledge(current.launch.onEvent(event.data));
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    const current = this.#current;
    if (current === null) return;
    this.#current = null;
    const isKilled = signal === 'SIGKILL' && this.#child.killed;
    if (current.failure) current.reject(current.failure);
    else if (code === 0) current.resolve('done');
    else if (code === stoppedExitCode || stopSignals.includes(signal) || isKilled) current.resolve('stopped');
    else current.reject(this.#diedError(current.launch.stage, code, signal));
  }

  #diedError(stage: string, code: number | null, signal: NodeJS.Signals | null): UserError {
    const memory = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
    const how = signal ? `was killed by ${signal}${memory}` : `ended with exit code ${code}`;
    return new UserError(diedCode, `The process of ${stage} ${how}.${lastSaid(this.#first.log)}`, {
      where: this.#first.log,
      hint: 'Resume the run to go on from its last checkpoint.',
    });
  }
}

const acknowledgeEvery = 500;

/** Confirms to the process how many of its events are on the disk, some at a time. Call the result for each event with whether all are written. */
function acknowledger(child: ChildProcess, {sync}: StageLaunch): (areWritten: boolean) => void {
  let received = 0;
  let written = 0;
  let confirmed = 0;
  let timer: NodeJS.Timeout | null = null;
  const confirm = async () => {
    const message: WrittenMessage = {written};
    // Where the disk refuses, the process keeps its events, and takes them along in its next checkpoint.
    const isKept = await sync().then(
      () => true,
      () => false,
    );
    if (isKept) confirmed = message.written;
    if (isKept && child.connected) child.send(message, () => undefined); // It may end meanwhile.
    timer = null;
    if (isKept && confirmed < written) schedule();
  };
  const schedule = () => void (timer ??= setTimeout(() => void confirm(), acknowledgeEvery));
  return (areWritten) => {
    received++;
    if (!areWritten) return;
    written = received;
    schedule();
  };
}

/** What a process must have been started with to run a stage: its environment depends on that, and what its libraries have read of it. */
export function settingOf({entry, run, engine, work, gpu, libraryFolders}: StageLaunch): string {
  return JSON.stringify([entry, run, engine, engine.name === 'tensorflow' ? work : null, gpu, libraryFolders]);
}
