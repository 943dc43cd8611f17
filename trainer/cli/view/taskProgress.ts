import type {WriteStream} from 'node:tty';
import {progressBar} from './progressBar.ts';

/** Progress of one task on a single line of the terminal. */
export interface TaskProgress {
  show(done: number, total: number): void;
  /** Removes the line. */
  end(): void;
}

const redrawMilliseconds = 100;

/** Writes to stderr if it is a terminal, and nothing otherwise: logs and programs only want results. */
export function taskProgress(what: string | (() => string), out: WriteStream = process.stderr): TaskProgress {
  let drawnAt = -Infinity;
  return {
    show(done, total) {
      if (!out.isTTY || performance.now() - drawnAt < redrawMilliseconds) return;
      drawnAt = performance.now();
      out.write(`\r\u001b[K${textOf(what)} ${progressBar(total > 0 ? done / total : 0)}`);
    },
    end() {
      if (drawnAt > -Infinity) out.write('\r\u001b[K');
    },
  };
}

/** The name of a task, which may change as it goes on. */
export function textOf(what: string | (() => string)): string {
  return typeof what === 'string' ? what : what();
}
