import {spawn, type ChildProcess} from 'node:child_process';
import {closeSync} from 'node:fs';
import type {Duplex} from 'node:stream';
import {toErrorRecord} from '../contract/errors.ts';
import {PreviewNews, type OpenOrder, type PreviewOrder} from '../contract/panel/preview.ts';
import {brokenError, notStartedError} from './childErrors.ts';
import {killTree} from './killTree.ts';
import {channelDescriptor, readLines} from './lineChannel.ts';
import {openProcessLog} from './processLog.ts';
import {trainerEnvironment} from './trainerEnvironment.ts';

/** How a preview process is started. */
export interface PreviewLaunch {
  /** The Node program, or an editor's runtime that acts as one by `environment`. */
  readonly node: string;
  /** Built entry (`dist/preview.js`). */
  readonly entry: string;
  readonly order: OpenOrder;
  /** File that receives what the process prints. */
  readonly log: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Hears all it says; `ended` comes once, last, unless the process was ended from here. */
  onNews(news: PreviewNews): void;
}

/** A running preview. */
export interface PreviewProcess {
  order(order: PreviewOrder): void;
  /** Ends it; no more news come of it. */
  end(): void;
}

/** A picture of 64 images of 512 by 512 pixels in colour has 48 MiB before it is packed. */
const lineLimit = 96 * 2 ** 20;

/** Starts a preview. It ends with this process, whose end of the channel it listens to. */
export function launchPreview(launch: PreviewLaunch): PreviewProcess {
  const log = openProcessLog(launch.log);
  // The order comes by the channel. The model is for people who look at the list of processes.
  const child = spawn(launch.node, [launch.entry, launch.order.base], {
    stdio: ['ignore', log, log, 'pipe'],
    env: trainerEnvironment({engine: launch.order.engine}, launch.environment),
    windowsHide: true,
  });
  closeSync(log);
  return new Listener(launch, child);
}

class Listener implements PreviewProcess {
  readonly #launch: PreviewLaunch;
  readonly #child: ChildProcess;
  #isOver = false;

  constructor(launch: PreviewLaunch, child: ChildProcess) {
    this.#launch = launch;
    this.#child = child;
    child.on('error', (cause) =>
      this.#fail(notStartedError('preview-not-started', 'The preview process', launch.node, cause)),
    );
    child.on('close', (code, signal) =>
      this.#break(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
    const channel = this.#channel;
    if (channel === null) return;
    channel.on('error', () => channel.destroy()); // EPIPE; `close` reports the end.
    const onOverflow = () => this.#break('sends a line without an end');
    readLines(channel, lineLimit, (line) => this.#onMessage(line), onOverflow);
    this.order(launch.order);
  }

  order(order: PreviewOrder): void {
    if (this.#channel?.writable) this.#channel.write(`${JSON.stringify(order)}\n`);
  }

  end(): void {
    this.#isOver = true;
    this.#channel?.destroy();
    void killTree(this.#child.pid);
  }

  /** Missing where the process did not start. */
  get #channel(): Duplex | null {
    return (this.#child.stdio[channelDescriptor] as Duplex | null | undefined) ?? null;
  }

  #onMessage(line: string): void {
    if (this.#isOver) return;
    const news = parseNews(line);
    if (news === null) {
      this.#break(`sends what is no message: ${line.slice(0, 80)}`);
      return;
    }
    if (news.kind === 'ended') this.end();
    this.#launch.onNews(news);
  }

  #break(what: string): void {
    if (!this.#isOver) this.#fail(brokenError('preview-broken', `The preview process ${what}`, this.#launch.log));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.end();
    this.#launch.onNews({kind: 'ended', error: toErrorRecord(error)});
  }
}

function parseNews(line: string): PreviewNews | null {
  try {
    return PreviewNews.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // No JSON: the caller says so.
  }
}
