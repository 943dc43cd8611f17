/** Work that was timed. */
export interface TimedWork {
  readonly seconds: number;
  /** In passes, as `StageEffort`. */
  readonly effort: number;
}

interface Span extends TimedWork {
  /** Milliseconds since the epoch. */
  readonly end: number;
}

/** More spans than that become half as many. */
const mostSpans = 240;

/** Fewer seconds are noise. */
const shortestWindow = 60;

/**
 * How fast work of one sort went, over time. What other programs do to a machine comes and goes, so what is left is expected to take as long as the same amount took
 * last: hours are foreseen by hours, and minutes by minutes.
 */
export class PaceLog {
  #spans: Span[] = [];
  /** Milliseconds that a span covers at least. */
  #grain = 1000;
  #seconds = 0;
  #effort = 0;
  #added = 0;

  /** How many spans were added, however they are kept. */
  get added(): number {
    return this.#added;
  }

  /** Seconds that were timed. */
  get seconds(): number {
    return this.#seconds;
  }

  get effort(): number {
    return this.#effort;
  }

  add(span: Span): void {
    this.#seconds += span.seconds;
    this.#effort += span.effort;
    this.#added++;
    this.#spans = joined([...this.#spans, span], this.#grain, 1);
    if (this.#spans.length <= mostSpans) return;
    this.#grain *= 2;
    this.#spans = joined(this.#spans, this.#grain, this.#spans.length);
  }

  /** Seconds for a unit of effort where so much is left; null where none was timed. */
  secondsPerEffort(ahead = Infinity): number | null {
    let [seconds, effort] = [0, 0];
    for (let i = this.#spans.length - 1; i >= 0; i--) {
      const span = this.#spans[i];
      if (span === undefined || (effort >= ahead && seconds >= shortestWindow)) break;
      seconds += span.seconds;
      effort += span.effort;
    }
    return effort > 0 ? seconds / effort : null;
  }
}

/** The spans with the last `tail` of them joined to those before that end within the same grain. */
function joined(spans: readonly Span[], grain: number, tail: number): Span[] {
  const from = Math.max(0, spans.length - tail);
  const kept = spans.slice(0, from);
  for (const span of spans.slice(from)) {
    const last = kept.at(-1);
    if (last !== undefined && Math.floor(last.end / grain) === Math.floor(span.end / grain))
      kept.splice(-1, 1, {
        end: Math.max(last.end, span.end),
        seconds: last.seconds + span.seconds,
        effort: last.effort + span.effort,
      });
    else kept.push(span);
  }
  return kept;
}
