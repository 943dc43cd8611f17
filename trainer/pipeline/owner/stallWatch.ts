import type {RunEvent} from '../../contract/run/events.ts';

/** A stage that says nothing for so long has stalled, whatever it does. */
const shortest = 60_000;
/** Or for as long as that many updates take, or that many of its gaps between two steps. */
const updates = 20;
const gaps = 3;

interface Watched {
  /** When it said something last, in milliseconds of the clock. */
  heard: number;
  limit: number;
  update: number | undefined;
  /** Whether it has said itself that it waits. */
  isWaiting: boolean;
  isTold: boolean;
}

/** Notices stages that have fallen silent: a hung driver, a stopped process, a disk that does not answer. */
export class StallWatch {
  readonly #stages = new Map<string, Watched>();
  #looked: number;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(readonly now: () => number = () => performance.now()) {
    this.#looked = now();
  }

  /** Takes in an event of a stage; returns a sentence where it continues after it was reported as stalled. */
  onEvent(event: RunEvent): string | null {
    if (event.type === 'stage' && event.state !== 'started') this.#stages.delete(event.stage);
    if (event.stage === 'run' || event.type === 'stopped' || event.type === 'failed') this.#stages.delete(event.stage);
    if (event.type === 'stage' && event.state === 'started') this.#stages.set(event.stage, this.#watched());
    const watched = this.#stages.get(event.stage);
    if (watched === undefined) return null;
    const wasTold = watched.isTold;
    const silence = this.now() - watched.heard;
    watched.heard = this.now();
    watched.isTold = false;
    watched.isWaiting = event.type === 'log' && event.waiting === true;
    if (event.type === 'step') learnPace(watched, event);
    return wasTold ? `has gone on after ${seconds(silence)} of silence.` : null;
  }

  /** Stages that have just been found stalled, and a sentence for each. A paused run is not stalled, nor one whose owner slept itself. */
  check(isPaused: boolean): {stage: string; message: string}[] {
    const now = this.now();
    const hasSlept = now - this.#looked > shortest / 2;
    this.#looked = now;
    const stalled: {stage: string; message: string}[] = [];
    for (const [stage, watched] of this.#stages) {
      if (isPaused || hasSlept) watched.heard = now;
      const silence = now - watched.heard;
      if (watched.isWaiting || watched.isTold || silence < watched.limit) continue;
      watched.isTold = true;
      stalled.push({
        stage,
        message: `has said nothing for ${seconds(silence)}: it hangs, or the machine is very busy.`,
      });
    }
    return stalled;
  }

  #watched(): Watched {
    return {heard: this.now(), limit: shortest, update: undefined, isWaiting: false, isTold: false};
  }
}

function learnPace(watched: Watched, {update, secondsPerUpdate}: Extract<RunEvent, {type: 'step'}>): void {
  const gap = Math.max(1, update - (watched.update ?? update));
  watched.update = update;
  watched.limit = Math.max(shortest, 1000 * secondsPerUpdate * Math.max(updates, gaps * gap));
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
