import type {WriteStream} from 'node:tty';
import {progressBar} from './progressBar.ts';

/** How far one task is, on a single line of the terminal. */
export interface TaskProgress {
  show(done: number, total: number): void;
  /** Removes the line. */
  end(): void;
}

const redrawMilliseconds = 100;

/** On a terminal's stderr; nowhere else, since logs and machines want results only. */
export function taskProgress(what: string, out: WriteStream = process.stderr): TaskProgress {
  let drawnAt = -Infinity;
  return {
    show(done, total) {
      if (!out.isTTY || performance.now() - drawnAt < redrawMilliseconds) return;
      drawnAt = performance.now();
      out.write(`\r\u001b[K${what} ${progressBar(total > 0 ? done / total : 0)}`);
    },
    end() {
      if (drawnAt > -Infinity) out.write('\r\u001b[K');
    },
  };
}
