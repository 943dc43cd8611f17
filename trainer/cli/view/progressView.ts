import type {WriteStream} from 'node:tty';
import type {RunEvent} from '../../contract/run/events.ts';
import {formatDuration} from './duration.ts';
import {progressBar} from './progressBar.ts';
import {ProgressBook, type StageProgress} from './stageProgress.ts';

/** Shows the events of a run to whoever started it. */
export interface ProgressView {
  show(event: RunEvent): void;
  close(): void;
}

/** Every event as one JSON line, for machines. */
export function jsonView(out: NodeJS.WritableStream): ProgressView {
  return {show: (event) => void out.write(`${JSON.stringify(event)}\n`), close: () => undefined};
}

/** Bars that are redrawn in place on a terminal; plain lines, a few a minute, everywhere else. */
export function textView(out: NodeJS.WritableStream & Partial<WriteStream>): ProgressView {
  return out.isTTY ? new TerminalView(out) : new PlainView(out);
}

const redrawMilliseconds = 250;
const plainMilliseconds = 15_000;

class TerminalView implements ProgressView {
  readonly #book = new ProgressBook();
  #drawnLines = 0;
  #drawnAt = -Infinity;

  constructor(readonly out: NodeJS.WritableStream & Partial<WriteStream>) {}

  show(event: RunEvent): void {
    this.#book.add(event);
    const line = eventLine(event);
    const now = performance.now();
    if (line === null && now - this.#drawnAt < redrawMilliseconds) return;
    this.#drawnAt = now;
    this.#erase();
    if (line !== null) this.out.write(`${line}\n`);
    const width = this.out.columns ?? 100;
    const lines = this.#book.running.map((progress) => bar(progress).slice(0, width - 1));
    this.out.write(lines.map((text) => `${text}\n`).join(''));
    this.#drawnLines = lines.length;
  }

  close(): void {
    this.#erase();
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.out.write(`\u001b[${this.#drawnLines}A\u001b[0J`);
    this.#drawnLines = 0;
  }
}

class PlainView implements ProgressView {
  readonly #book = new ProgressBook();
  readonly #shownAt = new Map<string, number>();

  constructor(readonly out: NodeJS.WritableStream) {}

  show(event: RunEvent): void {
    const progress = this.#book.add(event);
    const line = eventLine(event);
    if (line !== null) this.out.write(`${line}\n`);
    if (progress === null || progress.share === 0) return;
    const now = performance.now();
    if (now - (this.#shownAt.get(event.stage) ?? -Infinity) < plainMilliseconds) return;
    this.#shownAt.set(event.stage, now);
    this.out.write(`${bar(progress)}\n`);
  }

  close(): void {}
}

function bar({stage, share, text, secondsLeft}: StageProgress): string {
  return `${stage.padEnd(18)} ${progressBar(share)}  ${formatDuration(secondsLeft)} left  ${text}`;
}

/** Events that deserve a line of their own. */
function eventLine(event: RunEvent): string | null {
  switch (event.type) {
    case 'stage':
      return event.state === 'started'
        ? null
        : `${event.stage.padEnd(18)} ${event.state === 'done' ? 'done' : 'was done before, skipped'}`;
    case 'log':
      return event.level === 'warning'
        ? `${event.stage}: warning: ${event.message}`
        : `${event.stage}: ${event.message}`;
    case 'heldOut':
      return `${event.stage}: held-out loss ${event.loss?.toFixed(6) ?? 'not finite'} after update ${event.update}`;
    case 'stopped':
      return `${event.stage.padEnd(18)} stopped`;
    default:
      return null;
  }
}
