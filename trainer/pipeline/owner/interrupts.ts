/** Work that a terminal or the parent process may interrupt by signals. */
export interface Interruptible {
  /** When it was asked to stop, by `performance.now()`; null: it was not. */
  readonly stoppingSince: number | null;
  /** Has it write checkpoints and end. */
  stop(): void;
  /** Ends it at once, without checkpoints. */
  kill(): void;
  say(message: string): void;
}

/** Milliseconds within which one Ctrl-C may arrive twice. A later one means that the user does not want to wait for checkpoints. */
const patience = 2000;

/** Whether a signal has come since they are remembered. */
let hasArrived = false;

/** Interrupts that also concern work that has not begun to listen for them. */
export interface RememberedInterrupts {
  readonly hasArrived: boolean;
  end(): void;
}

/** Keeps an interrupt for all work that begins to listen after it, until `end` is called. */
export function rememberInterrupts(): RememberedInterrupts {
  const note = () => void (hasArrived = true);
  process.on('SIGINT', note).on('SIGTERM', note);
  return {
    get hasArrived() {
      return hasArrived;
    },
    end() {
      process.off('SIGINT', note).off('SIGTERM', note);
      hasArrived = false;
    },
  };
}

/** Passes signals on to the work until the function returned is called. */
export function listenForInterrupts(work: Interruptible): () => void {
  const interrupt = () => {
    if (work.stoppingSince === null) {
      work.say('stopping; interrupt again to end at once');
      work.stop();
    } else if (performance.now() - work.stoppingSince > patience) {
      work.kill();
    }
  };
  // A closed terminal or a broken connection is no request to stop, and Node overrides the handling that nohup has set.
  const hangUp = () => work.say('the terminal was closed; the run continues without it, and `deme stop` ends it.');
  // Each of many runs at once listens, which Node would take for a leak.
  process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('SIGINT') + 10));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  if (hasArrived) interrupt();
  return () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
}
