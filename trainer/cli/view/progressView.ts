import type {RunEvent} from '../../contract/run/events.ts';
import {sharePerSecond} from '../../contract/run/pace.ts';
import {addEvents, noProgress, type RunProgress, type StageProgress} from '../../contract/run/runProgress.ts';
import {printJson, printLines} from '../terminal.ts';
import {clockText} from './clockText.ts';
import {progressBar} from './progressBar.ts';

/** What is written to: a terminal, or anything else. */
type Output = NodeJS.WritableStream & {readonly isTTY?: boolean; readonly columns?: number};

/** Shows the events of a run while it is followed. */
export interface ProgressView {
  show(event: RunEvent): void;
  close(): void;
}

/** Every event as one JSON line, for machines, with `about` in each. */
export function jsonView(out: NodeJS.WritableStream, about: {readonly id?: string} = {}): ProgressView {
  return {show: (event) => printJson({...about, ...event}, 0, out), close: () => undefined};
}

/** Bars that are redrawn in place on a terminal; plain lines, a few a minute, everywhere else. */
export function textView(out: Output): ProgressView {
  return out.isTTY ? new TerminalView(out) : new PlainView(out);
}

const redrawMilliseconds = 250;
const plainMilliseconds = 15_000;

class TerminalView implements ProgressView {
  #progress: RunProgress = noProgress;
  #drawnLines = 0;
  #drawnAt = -Infinity;

  constructor(readonly out: Output) {}

  show(event: RunEvent): void {
    this.#progress = addEvents(this.#progress, [event]);
    const line = eventLine(event);
    const now = performance.now();
    if (line === null && now - this.#drawnAt < redrawMilliseconds) return;
    this.#drawnAt = now;
    this.#erase();
    if (line !== null) printLines([line], this.out);
    const width = this.out.columns ?? 100;
    const running = [...this.#progress.stages.values()].filter(({state}) => state === 'running');
    const lines = running.map((stage) => bar(stage).slice(0, width - 1));
    printLines(lines, this.out);
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
  #progress: RunProgress = noProgress;
  readonly #shownAt = new Map<string, number>();

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
    printLines([bar(stage)], this.out);
  }

  close(): void {}
}

function bar(stage: StageProgress): string {
  const left = clockText(stage.secondsLeft ?? NaN);
  return `${stage.stage.padEnd(18)} ${progressBar(stage.share)}  ${left} left  ${workText(stage)}`;
}

/** What a stage is doing, and its newest number. */
export function workText(progress: StageProgress): string {
  const {update, updates, losses, secondsPerUpdate, secondsWaited, work, pace} = progress;
  if (update !== null) {
    const loss = losses.denoise?.toFixed(5) ?? 'not finite';
    const waited = waitedText(secondsPerUpdate ?? 0, secondsWaited ?? 0);
    return `update ${update}/${updates}, loss ${loss}, ${secondsPerUpdate?.toFixed(2)} s/update${waited}`;
  }
  if (work === null) return 'starting';
  const rate = (sharePerSecond(pace) ?? 0) * work.total;
  const rateText = rate === 0 || rate === Infinity ? '' : `, ${rate.toFixed(rate < 10 ? 2 : 0)} a second`;
  return `${work.what} ${Math.floor(work.done)}/${work.total}${rateText}`;
}

/** A share of an update that is worth a word. */
const longWait = 0.05;

function waitedText(seconds: number, waited: number): string {
  return waited > longWait * seconds ? `, ${waited.toFixed(2)} s of it waiting for images` : '';
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
