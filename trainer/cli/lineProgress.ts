import type {TaskProgress} from './taskProgress.ts';

const quietMilliseconds = 1000;

/** How far one task is, for a program that reads stderr: a line `sampling 42 %` a second at most. */
export function lineProgress(what: string, out: NodeJS.WritableStream = process.stderr): TaskProgress {
  let saidAt = 0;
  let said = -1;
  return {
    show(done, total) {
      const percent = Math.floor((100 * done) / Math.max(1, total));
      if (percent === said || Date.now() - saidAt < quietMilliseconds) return;
      saidAt = Date.now();
      said = percent;
      out.write(`${what} ${percent} %\n`);
    },
    end: () => undefined,
  };
}
