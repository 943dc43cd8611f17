import {spawn, type ChildProcess} from 'node:child_process';
import {closeSync} from 'node:fs';
import type {Duplex} from 'node:stream';
import {fromErrorRecord, toErrorRecord} from '../contract/errors.ts';
import {LaunchRequest} from '../contract/run/launchRequest.ts';
import {OwnerMessage} from '../contract/run/ownerMessages.ts';
import {brokenError, notStartedError} from './childErrors.ts';
import {killTree} from './killTree.ts';
import type {JobEnd, Launcher} from './launcher.ts';
import {channelDescriptor, readLines} from './lineChannel.ts';
import {openProcessLog} from './processLog.ts';

const silencePatience = 60_000;
const lineLimit = 2 ** 20;
/** More lines a second than any trainer has reason to send. */
const linesPerSecond = 5000;

/** Starts owners as detached processes on this machine, with a channel for their messages. */
export const localLauncher: Launcher = {
  start(request, onMessage) {
    const launch = LaunchRequest.parse(request);
    const log = openProcessLog(launch.log);
    const child = spawn(launch.node, [launch.entry], {
      stdio: ['ignore', log, log, 'pipe'],
      env: launch.environment ?? process.env,
      detached: true,
      windowsHide: true,
    });
    closeSync(log);
    child.unref();
    const {finished} = new OwnerListener(launch, child, onMessage);
    return {finished, cancel: () => killTree(child.pid)};
  },
};

/** Receives the messages of one owner, and decides what silence or nonsense means. */
class OwnerListener {
  readonly finished: Promise<JobEnd>;
  #settle: (end: JobEnd) => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;
  #hasRun = false;
  #isOver = false;
  #second = 0;
  #linesInSecond = 0;

  constructor(
    readonly launch: LaunchRequest,
    readonly child: ChildProcess,
    readonly onMessage: (message: OwnerMessage) => void,
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
    channel.on('error', () => channel.destroy()); // EPIPE; `close` reports the end.
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
    this.onMessage(message);
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
