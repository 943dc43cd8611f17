import {fork, type ChildProcess} from 'node:child_process';
import {closeSync} from 'node:fs';
import type {EngineConfig} from '../contract/config/config.ts';
import {RunEvent} from '../contract/run/events.ts';
import {fromErrorRecord, UserError} from '../contract/errors.ts';
import type {WrittenMessage} from '../contract/run/writtenMessage.ts';
import {lastSaid, openProcessLog} from './processLog.ts';
import {trainerEnvironment} from './trainerEnvironment.ts';

/** How one stage process is started. */
export interface StageLaunch {
  /** Built trainer entry (`dist/trainer.js`); started by path so that no tensor library enters this process. */
  readonly entry: string;
  readonly run: string;
  readonly stage: string;
  /** The engine as the run settled it, with the threads of this process. */
  readonly engine: EngineConfig;
  /** The one GPU of this process, as CUDA_VISIBLE_DEVICES names it; left out: those of this process. */
  readonly gpu?: string;
  /** Folders of libraries that the engine opens by name. */
  readonly libraryFolders?: readonly string[];
  /** File that receives what the process prints. */
  readonly log: string;
  /** Takes an event in; says whether it and all before are written. */
  onEvent(event: RunEvent): boolean;
  /** Flushes what is written to the disk, before that is confirmed to the process. */
  sync(): Promise<void>;
}

/** A running stage. */
export interface StageProcess {
  /** Resolves when the process ended well or by request; rejects with its error otherwise. */
  readonly finished: Promise<'done' | 'stopped'>;
  /** Asks it to write a checkpoint and end. */
  stop(): void;
  /** Ends it as it is. */
  kill(): void;
}

/** Code of the error for a stage whose process ended without saying why, killed for its memory perhaps. */
export const diedCode = 'stage-died';

/** Exit code of a process that was asked to stop. */
export const stoppedExitCode = 130;

/** Starts one stage of a run as a child process with an IPC channel. */
export function launchStage(launch: StageLaunch): StageProcess {
  const log = openProcessLog(launch.log);
  const child = fork(launch.entry, [launch.run, launch.stage, JSON.stringify(launch.engine)], {
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'json',
    execArgv: ['--expose-gc'],
    env: trainerEnvironment(launch),
  });
  closeSync(log);
  return {
    finished: outcome(child, launch),
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Signals that mean a stop. A process that is still loading ends by them at once, since it does not listen yet. */
const stopSignals: readonly (NodeJS.Signals | null)[] = ['SIGINT', 'SIGTERM'];

function outcome(child: ChildProcess, launch: StageLaunch): Promise<'done' | 'stopped'> {
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    const acknowledge = acknowledger(child, launch);
    child.on('message', (message) => {
      const event = RunEvent.safeParse(message);
      if (!event.success) {
        failure ??= new Error(`the process of ${launch.stage} sent a message that is no event: ${event.error.message}`);
        return;
      }
      if (event.data.type === 'failed') failure = fromErrorRecord(event.data.error);
      acknowledge(launch.onEvent(event.data));
    });
    child.on('error', reject);
    // Not `exit`, which may come before the last messages.
    child.on('close', (code, signal) => {
      const isKilled = signal === 'SIGKILL' && child.killed;
      if (failure) reject(failure);
      else if (code === 0) resolve('done');
      else if (code === stoppedExitCode || stopSignals.includes(signal) || isKilled) resolve('stopped');
      else reject(diedError(launch, code, signal));
    });
  });
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

function diedError(launch: StageLaunch, code: number | null, signal: NodeJS.Signals | null): UserError {
  const memory = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
  const how = signal ? `was killed by ${signal}${memory}` : `ended with exit code ${code}`;
  return new UserError(diedCode, `The process of ${launch.stage} ${how}.${lastSaid(launch.log)}`, {
    where: launch.log,
    hint: 'Resume the run to go on from its last checkpoint.',
  });
}
