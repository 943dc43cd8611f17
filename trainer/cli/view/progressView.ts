import type {RunEvent} from '../../contract/run/events.ts';
import {addEvents, noProgress, type RunProgress} from '../../contract/run/runProgress.ts';
import {printJson, printLines, warn} from '../terminal.ts';
import type {RunStatus} from './runStatus.ts';
import {stageBar, stageBars} from './stageBars.ts';

/** What is written to: a terminal, or anything else. */
type Output = NodeJS.WritableStream & {readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number};

/** Shows the events of a run while it is followed. */
export interface ProgressView {
  show(event: RunEvent): void;
  say(status: RunStatus): void;
  close(): void;
}

/** Every event as one JSON line, for machines, with `about` in each; how the run goes is told beside. */
export function jsonView(out: NodeJS.WritableStream, about: {readonly id?: string} = {}): ProgressView {
  let told: string | null = null;
  const say = ({text, news}: RunStatus) => {
    if (news !== told) warn(text);
    told = news;
  };
  return {show: (event) => printJson({...about, ...event}, 0, out), say, close: () => undefined};
}

/** Bars that are redrawn in place on a terminal; plain lines, a few a minute, everywhere else. */
export function textView(out: Output): ProgressView {
  return out.isTTY ? new TerminalView(out) : new PlainView(out);
}

const redrawMilliseconds = 250;
const plainMilliseconds = 15_000;

class TerminalView implements ProgressView {
  #progress: RunProgress = noProgress;
  #status: string | null = null;
  /** The bars as they stand on the terminal. */
  #drawn: readonly string[] = [];
  #drawnAt = -Infinity;

  constructor(readonly out: Output) {}

  show(event: RunEvent): void {
    this.#progress = addEvents(this.#progress, [event]);
    const line = eventLine(event);
    if (line === null && performance.now() - this.#drawnAt < redrawMilliseconds) return;
    this.#draw(line === null ? [] : [line]);
  }

  say({text}: RunStatus): void {
    if (text === this.#status) return;
    this.#status = text;
    this.#draw([]);
  }

  close(): void {
    this.#erase();
  }

  #draw(lines: readonly string[]): void {
    this.#drawnAt = performance.now();
    this.#erase();
    printLines(lines, this.out);
    const running = [...this.#progress.stages.values()].filter(({state}) => state === 'running');
    this.#drawn = stageBars(running, this.#status, {columns: this.out.columns || 100, rows: this.out.rows || 25});
    printLines(this.#drawn, this.out);
  }

  /** A terminal that has become narrower since has broken lines into several. */
  #erase(): void {
    const columns = this.out.columns || 100;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    if (rows > 0) this.out.write(`\u001b[${rows}A\u001b[0J`);
    this.#drawn = [];
  }
}

class PlainView implements ProgressView {
  #progress: RunProgress = noProgress;
  readonly #shownAt = new Map<string, number>();
  #said: RunStatus | null = null;
  #saidAt = -Infinity;

  constructor(readonly out: NodeJS.WritableStream) {}

  show(event: RunEvent): void {
    this.#progress = addEvents(this.#progress, [event]);
    const line = eventLine(event);
    if (line !== null) printLines([line], this.out);
    const stage = this.#progress.stages.get(event.stage);
    const hasMoved = event.type === 'step' || event.type === 'progress';
    if (!hasMoved || stage === undefined || stage.share === 0) return;
    const now = performance.now();
    if (now - (this.#shownAt.get(event.stage) ?? -Infinity) < plainMilliseconds) return;
    this.#shownAt.set(event.stage, now);
    printLines([stageBar(stage)], this.out);
  }

  say(status: RunStatus): void {
    const now = performance.now();
    const isNews = status.news !== this.#said?.news;
    if (status.text === this.#said?.text || (!isNews && now - this.#saidAt < plainMilliseconds)) return;
    this.#said = status;
    this.#saidAt = now;
    printLines([status.text], this.out);
  }

  close(): void {}
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
    case 'failed':
      return `${event.stage.padEnd(18)} ${event.type === 'failed' ? `failed: ${event.error.message}` : event.type}`;
    default:
      return null;
  }
}
