import type {OutputOptions} from '../outcome.ts';
import {clockText} from './clockText.ts';
import {lineProgress} from './lineProgress.ts';
import {taskProgress, type TaskProgress} from './taskProgress.ts';

/** Progress of a verb that works through many like things: how many a second, and the time that is left. */
export function rateProgress({json}: OutputOptions, things: string): TaskProgress {
  const begun = performance.now();
  const label = {text: things};
  const view = json ? lineProgress(() => label.text) : taskProgress(() => label.text);
  return {
    show(done, total) {
      const rate = (1000 * done) / (performance.now() - begun);
      label.text = `${Math.floor(done)}/${total} ${things}, ${rate.toFixed(1)} a second, ${clockText((total - done) / rate)} left`;
      view.show(done, total);
    },
    end: () => view.end(),
  };
}
