import {RunEvent, type NewRunEvent} from '../../contract/run/events.ts';
import {WrittenMessage} from '../../contract/run/stageMessages.ts';
import {runEventPieces} from '../../store/run/singleEvents.ts';

/**
 * The events of a stage process on their way to the log. They are kept until the owner of the run confirms that they are on the disk. A
 * checkpoint includes those that are not, so that they are not lost when the owner dies.
 */
export class StageOutbox {
  #kept: RunEvent[] = [];
  #dropped = 0;

  /** @param send passes an event to the owner of the run, if there still is one */
  constructor(
    readonly run: string,
    readonly send: (event: RunEvent) => void,
  ) {}

  emit(event: NewRunEvent): void {
    // As the log and every reader will see it: without numbers that are not finite.
    this.#post(RunEvent.parse(JSON.parse(JSON.stringify({...event, time: Date.now()}))));
  }

  /** Takes in a message of the owner, if it is about events. */
  onMessage(message: unknown): void {
    const confirmed = WrittenMessage.safeParse(message);
    if (!confirmed.success) return;
    const {written} = confirmed.data;
    this.#kept = this.#kept.slice(Math.max(0, written - this.#dropped));
    this.#dropped = Math.max(this.#dropped, written);
  }

  /** Events that may not be on the disk. */
  pending(): readonly RunEvent[] {
    return this.#kept;
  }

  /** Posts events of an earlier process that the log does not have. */
  async resend(events: readonly RunEvent[]): Promise<void> {
    const missing = new Map(events.map((event) => [JSON.stringify(event), event]));
    if (missing.size > 0) {
      // Compared as they are parsed, not by their lines: those of log and checkpoint may be in an older format.
      for await (const {events: logged} of runEventPieces(this.run))
        for (const event of logged) missing.delete(JSON.stringify(event));
    }
    for (const event of missing.values()) this.#post(event);
  }

  #post(event: RunEvent): void {
    this.#kept.push(event);
    this.send(event);
  }
}
