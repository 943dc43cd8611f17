import type {RunEvent} from '../../contract/run/events.ts';

/** How far one running stage is, gathered from its events. */
export interface StageProgress {
  readonly stage: string;
  /** 0..1 */
  readonly share: number;
  /** What is being done, and the newest number. */
  readonly text: string;
  /** Seconds to its end; NaN until it can be told. */
  readonly secondsLeft: number;
}

interface Tracked extends StageProgress {
  readonly since: number;
  readonly startShare: number;
}

/** Follows all stages of a run. Pure bookkeeping: drawing is somebody else's. */
export class ProgressBook {
  readonly #running = new Map<string, Tracked>();

  /** Takes in an event; returns the progress of its stage where it changed. */
  add(event: RunEvent): StageProgress | null {
    switch (event.type) {
      case 'stage':
        if (event.state === 'started') return this.#set(event.stage, event.time, 0, 'starting');
        this.#running.delete(event.stage);
        return null;
      case 'step':
        return this.#set(event.stage, event.time, event.update / event.updates, stepText(event));
      case 'progress':
        return this.#set(
          event.stage,
          event.time,
          event.done / Math.max(1, event.total),
          `${event.what} ${Math.floor(event.done)}/${event.total}`,
        );
      case 'stopped':
      case 'failed':
        this.#running.delete(event.stage);
        return null;
      default:
        return null;
    }
  }

  get running(): StageProgress[] {
    return [...this.#running.values()];
  }

  #set(stage: string, time: number, share: number, text: string): StageProgress {
    const before = this.#running.get(stage);
    // A stage with several phases counts each from zero, and so does its estimate.
    const same = before !== undefined && share >= before.share && before.share > 0;
    const since = same ? before.since : time;
    const startShare = same ? before.startShare : share;
    const gained = share - startShare;
    const secondsLeft = gained > 0 ? ((time - since) / 1000 / gained) * (1 - share) : NaN;
    const tracked = {stage, share, text, secondsLeft, since, startShare};
    this.#running.set(stage, tracked);
    return tracked;
  }
}

function stepText({update, updates, losses, secondsPerUpdate}: Extract<RunEvent, {type: 'step'}>): string {
  const loss = losses.denoise?.toFixed(5) ?? 'not finite';
  return `update ${update}/${updates}, loss ${loss}, ${secondsPerUpdate.toFixed(2)} s/update`;
}
