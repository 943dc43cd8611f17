import {setTimeout as wait} from 'node:timers/promises';
import {readControl, type ControlCommand} from '../../store/run/runState.ts';

const pollMilliseconds = 500;

/**
 * What a stage asks between two units of work. Stops after SIGTERM or SIGINT, after `deme stop`, and when the owner of the run is
 * gone; waits while the run is paused. The control file is looked at twice a second at most.
 */
export function controlGate(run: string): () => Promise<'continue' | 'stop'> {
  let stopped = false;
  const stop = () => void (stopped = true);
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
  // A clock that only goes forward, whatever somebody sets the other one to.
  let lookedAt = -Infinity;
  let command: ControlCommand | null = null;
  return async () => {
    for (;;) {
      // Lets messages and signals in: a training update never yields by itself.
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - lookedAt >= pollMilliseconds) {
        lookedAt = performance.now();
        command = await readControl(run);
      }
      // The event does not come where the owner was gone before anybody listened.
      if (stopped || command === 'stop' || process.connected === false) return 'stop';
      if (command !== 'pause') return 'continue';
      await wait(pollMilliseconds);
    }
  };
}
