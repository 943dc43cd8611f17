import type {RunEvent} from '../../contract/run/events.ts';

type Progress = Extract<RunEvent, {type: 'progress'}>;
/** Events have milliseconds. */
const timeUnit = 1000;

/** How long the images of a run took, by its events, as the stages ran: those that shared a machine were slower. */
export class DrawingPace {
  /** The first and the newest event of each stage. */
  readonly #spans = new Map<string, {first: Progress; last: Progress}>();

  /** @param what of the events that count images */
  constructor(private readonly what: string) {}

  add(event: Progress): void {
    if (event.what !== this.what) return;
    this.#spans.set(event.stage, {first: this.#spans.get(event.stage)?.first ?? event, last: event});
  }

  /** Seconds for an image; null where none was timed. */
  get seconds(): number | null {
    const spans = [...this.#spans.values()].filter(({first, last}) => last.done > first.done);
    const images = spans.reduce((sum, {first, last}) => sum + last.done - first.done, 0);
    const seconds = spans.reduce((sum, {first, last}) => sum + last.time - first.time, 0) / timeUnit;
    return images === 0 ? null : seconds / images;
  }
}
