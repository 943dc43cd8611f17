import {isActive, toleratedSilenceOf, type CurrentState} from '../trainer/store/run/runState.ts';

/**
 * How long the owner of a run has written no heartbeat although its process exists: it hangs or was halted. Measured by the onlooker's
 * own steady clock, since the clock on the wall may be set in between, and that of the owner may be another.
 */
export class Silence {
  readonly #now: () => number;
  #heartbeat: number | null = null;
  #since = 0;

  /** @param now steady milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes in the newest state; returns whole tens of seconds once they are worth telling, else null. */
  after(state: CurrentState | null): number | null {
    const heartbeat = state !== null && isActive(state) ? state.heartbeat : null;
    if (heartbeat !== this.#heartbeat) {
      this.#heartbeat = heartbeat;
      this.#since = this.#now();
    }
    const seconds = (this.#now() - this.#since) / 1000;
    return state === null || heartbeat === null || seconds < toleratedSilenceOf(state)
      ? null
      : Math.floor(seconds / 10) * 10;
  }
}
