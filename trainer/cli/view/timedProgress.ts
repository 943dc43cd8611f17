import type {OutputOptions} from '../outcome.ts';
import {clockText} from './clockText.ts';
import type {TaskProgress} from './taskProgress.ts';
import {verbProgress} from './verbProgress.ts';

/** Progress of a verb with the time that is left, by the pace since its first report: what an earlier attempt did took none of that time. */
export function timedProgress(options: OutputOptions, what: string): TaskProgress {
  let first: {readonly done: number; readonly time: number} | null = null;
  let label = what;
  const view = verbProgress(options, () => label);
  return {
    show(done, total) {
      const time = performance.now() / 1000;
      first ??= {done, time};
      if (done > first.done)
        label = `${what}, ${clockText(((time - first.time) / (done - first.done)) * (total - done))} left`;
      view.show(done, total);
    },
    end: () => view.end(),
  };
}
