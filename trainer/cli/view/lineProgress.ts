import {printLines} from '../terminal.ts';
import {textOf, type TaskProgress} from './taskProgress.ts';

const quietMilliseconds = 1000;

/** Progress of one task for programs that read stderr: a line such as `sampling 42 %`, at most once a second. */
export function lineProgress(what: string | (() => string), out: NodeJS.WritableStream = process.stderr): TaskProgress {
  let saidAt = -Infinity;
  let said = -1;
  return {
    show(done, total) {
      const percent = Math.floor((100 * done) / Math.max(1, total));
      if (percent === said || performance.now() - saidAt < quietMilliseconds) return;
      saidAt = performance.now();
      said = percent;
      printLines([`${textOf(what)} ${percent} %`], out);
    },
    end: () => undefined,
  };
}
