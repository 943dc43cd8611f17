/** Work that a terminal, or whoever started this process, may interrupt by signals. */
export interface Interruptible {
  /** When it was asked to stop, by `performance.now()`; null: it was not. */
  readonly stoppingSince: number | null;
  /** Has it write checkpoints and end. */
  stop(): void;
  /** Ends it as it is. */
  kill(): void;
  say(message: string): void;
}

/** One Ctrl-C may arrive twice; whoever interrupts again after that does not want to wait for checkpoints. In milliseconds. */
const patience = 2000;

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
  // A closed terminal or a broken connection is no wish to stop, and Node forgets what nohup has asked for.
  const hangUp = () => work.say('the terminal is gone; the run goes on without it, and `deme stop` ends it.');
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  return () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
}
