import {spawn, type ChildProcess} from 'node:child_process';
import {closeSync} from 'node:fs';
import type {Duplex} from 'node:stream';
import {fromErrorRecord, toErrorRecord, type ErrorRecord} from '../contract/errors.ts';
import {OwnerMessage, type OwnerRequest} from '../contract/run/ownerMessages.ts';
import {brokenError, notStartedError} from './childErrors.ts';
import {killTree} from './killTree.ts';
import {channelDescriptor, readLines} from './lineChannel.ts';
import {openProcessLog} from './processLog.ts';

/** How the process that owns a run is started. */
export interface OwnerLaunch {
  /** The Node program, or an editor's runtime that acts as one by `environment`. */
  readonly node: string;
  /** Built entry (`dist/owner.js`). */
  readonly entry: string;
  readonly request: OwnerRequest;
  /** File that receives what the process prints. */
  readonly log: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds for its first sign of life. */
  readonly patience?: number;
  onMessage(message: OwnerMessage): void;
}

/** How a run ended as far as its owner has told; `unheard`: the run goes on or ended, but the channel is of no use any more. */
export interface OwnerEnd {
  readonly outcome: 'done' | 'stopped' | 'failed' | 'unheard';
  readonly error?: ErrorRecord;
}

/** A started owner. */
export interface OwnerProcess {
  /**
   * Resolves when the run has ended or nothing more will be heard of it. Rejects with one error when no run came about: the request was
   * refused, the process did not start, kept silent, died or talked nonsense; it is gone then.
   */
  readonly finished: Promise<OwnerEnd>;
  /** Ends the process and all its children as they are. */
  kill(): Promise<void>;
}

const silencePatience = 60_000;
const lineLimit = 2 ** 20;
/** More lines a second than any trainer has reason to send. */
const linesPerSecond = 5000;

/** Starts the owner of a run, detached: it goes on when this process ends. */
export function launchOwner(launch: OwnerLaunch): OwnerProcess {
  const log = openProcessLog(launch.log);
  const child = spawn(launch.node, [launch.entry], {
    stdio: ['ignore', log, log, 'pipe'],
    env: launch.environment ?? process.env,
    detached: true,
    windowsHide: true,
  });
  closeSync(log);
  child.unref();
  const listener = new OwnerListener(launch, child);
  return {finished: listener.finished, kill: () => killTree(child.pid)};
}

/** Hears one owner out, and decides what its silence or nonsense means. */
class OwnerListener {
  readonly finished: Promise<OwnerEnd>;
  #settle: (end: OwnerEnd) => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;
  #hasRun = false;
  #isOver = false;
  #second = 0;
  #linesInSecond = 0;

  constructor(
    readonly launch: OwnerLaunch,
    readonly child: ChildProcess,
  ) {
    this.finished = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#refuse = reject;
    });
    const silence = setTimeout(() => this.#break('has not answered'), launch.patience ?? silencePatience);
    const over = () => {
      clearTimeout(silence);
      this.#isOver = true;
    };
    this.finished.then(over, over);
    child.on('error', (cause) =>
      this.#refuse(notStartedError('owner-not-started', 'The trainer process', launch.node, cause)),
    );
    child.on('close', (code, signal) =>
      this.#died(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
    const {channel} = this;
    if (!channel) return;
    channel.on('error', () => channel.destroy()); // EPIPE; `close` tells the rest.
    channel.write(`${JSON.stringify(launch.request)}\n`);
    const onLine = (line: string) => {
      if (this.#isFlood()) this.#break('sends more than can be read');
      else this.#onMessage(line, silence);
    };
    readLines(channel, lineLimit, onLine, () => this.#break('sends a line without an end'));
  }

  /** Missing where the process did not start. */
  get channel(): Duplex | null {
    return (this.child.stdio[channelDescriptor] as Duplex | null | undefined) ?? null;
  }

  #onMessage(line: string, silence: NodeJS.Timeout): void {
    const message = parseMessage(line);
    if (message === null) return this.#break(`sends what is no message: ${line.slice(0, 80)}`);
    clearTimeout(silence);
    if (message.type === 'created') this.#hasRun = true;
    this.launch.onMessage(message);
    if (message.type === 'refused') this.#refuse(fromErrorRecord(message.error));
    if (message.type === 'ended') this.#settle({outcome: message.outcome, error: message.error});
  }

  #isFlood(): boolean {
    const second = Math.floor(performance.now() / 1000);
    this.#linesInSecond = second === this.#second ? this.#linesInSecond + 1 : 1;
    this.#second = second;
    return this.#linesInSecond > linesPerSecond;
  }

  /** A run that is under way is followed by its folder instead; a process without a run is of no use to anybody. */
  #break(what: string): void {
    this.#isOver = true; // What it dies of now is our doing.
    this.channel?.destroy();
    const error = brokenError('owner-broken', `The trainer process ${what}`, this.launch.log);
    if (this.#hasRun) return this.#settle({outcome: 'unheard', error: toErrorRecord(error)});
    void killTree(this.child.pid).finally(() => this.#refuse(error));
  }

  #died(how: string): void {
    if (this.#isOver) return;
    const error = brokenError('owner-broken', `The trainer process ${how}`, this.launch.log);
    if (this.#hasRun) this.#settle({outcome: 'unheard', error: toErrorRecord(error)});
    else this.#refuse(error);
  }
}

function parseMessage(line: string): OwnerMessage | null {
  try {
    return OwnerMessage.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // No JSON: the caller says so.
  }
}
