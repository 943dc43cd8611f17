import type {ErrorRecord} from '../contract/errors.ts';
import type {LaunchRequest} from '../contract/run/launchRequest.ts';
import type {OwnerMessage} from '../contract/run/ownerMessages.ts';

/**
 * A way to start the process that owns a run and outlives whoever asked for it. The editor starts all runs through one. The command line
 * owns its runs in its own process instead: its Ctrl+C, its output and its exit code are those of the run.
 */
export interface Launcher {
  start(request: LaunchRequest, onMessage: (message: OwnerMessage) => void): LaunchedJob;
}

/** A started owner. */
export interface LaunchedJob {
  /**
   * Resolves when the run has ended or no more messages will come. Rejects with one error when no run came about: the request was refused,
   * or the process did not start, stayed silent, died or sent nonsense; it has ended then.
   */
  readonly finished: Promise<JobEnd>;
  /** Ends the process and all its children as they are. */
  cancel(): Promise<void>;
}

/** How a run ended by the messages of its owner; `launched`: it goes on as jobs of a scheduler; `unheard`: the run goes on or ended, but no message can be received any more. */
export interface JobEnd {
  readonly outcome: 'done' | 'stopped' | 'failed' | 'launched' | 'unheard';
  readonly error?: ErrorRecord;
}
