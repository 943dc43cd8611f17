import type {RunEvent} from '../../../contract/run/events.ts';
import {eventPieces} from '../eventPieces.ts';
import {runPaths} from '../runPaths.ts';
import {singleLogs} from '../singleEvents.ts';

/** Reads what is new in the logs of a run: that of its owner, and those of stages that run as jobs, each written by one process. */
export class NewEvents {
  readonly #ends = new Map<string, number>();

  constructor(readonly run: string) {}

  /** All events since the last call, in the order of their times. Logs that went into that of the run meanwhile are not read twice. */
  async read(): Promise<RunEvent[]> {
    const single = (await singleLogs(this.run)).map(({path}) => path);
    const gathered = [...this.#ends.keys()].some(
      (path) => path !== runPaths.events(this.run) && !single.includes(path),
    );
    const events: RunEvent[] = [];
    for (const path of [runPaths.events(this.run), ...single]) {
      const isKnown = path === runPaths.events(this.run) && gathered;
      for await (const piece of eventPieces(path, {from: this.#ends.get(path) ?? 0})) {
        if (!isKnown) for (const event of piece.events) events.push(event);
        this.#ends.set(path, piece.end);
      }
    }
    for (const path of this.#ends.keys()) {
      if (path !== runPaths.events(this.run) && !single.includes(path)) this.#ends.delete(path);
    }
    return events.sort((a, b) => a.time - b.time);
  }
}
