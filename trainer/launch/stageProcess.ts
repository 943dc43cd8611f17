import type {EngineConfig} from '../contract/config/config.ts';
import type {RunEvent} from '../contract/run/events.ts';
import type {EngineWork} from './trainerEnvironment.ts';

/** How one stage process is started. */
export interface StageLaunch {
  /** Built trainer entry (`dist/trainer.js`); started by path so that no tensor library enters this process. */
  readonly entry: string;
  readonly run: string;
  readonly stage: string;
  /** The engine as the run settled it, with the threads of this process. */
  readonly engine: EngineConfig;
  /** What the stage does with it; TensorFlow arranges its threads by that when it is loaded. */
  readonly work?: EngineWork;
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

/** Exit code of a process whose lock was taken by another one: nothing that it would write is wanted any more. */
export const lostLockExitCode = 76;

/** Exit code of a process that was asked to stop. */
export const stoppedExitCode = 130;
