import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {RowsOrder} from '../../data/rowsOrder.ts';
import {packageRoot} from '../../packageRoot.ts';
import type {DrawSetting, HostBatch} from './hostBatch.ts';

/** Updates that a thread draws ahead: with one alone, it would be idle from when that is drawn until the computation asks for the next. */
export const updatesAhead = 2;

/** What a thread is to draw from, and how. */
export interface ThreadOrder {
  readonly rows: RowsOrder;
  readonly setting: DrawSetting;
}

/** What a thread says: that it has opened the images, the micro-batches of an update, or that it cannot draw them. */
export type ThreadReply =
  | {readonly kind: 'ready'}
  | {
      readonly kind: 'drawn';
      readonly update: number;
      readonly batches: HostBatch[];
      readonly skipped: readonly string[];
    }
  | {readonly kind: 'failed'; readonly update: number};

interface Waiting {
  resolve(batches: HostBatch[]): void;
  reject(error: Error): void;
}

/** A thread that draws the micro-batches of updates while this one computes. It does not hold the process open. */
export class BatchThread {
  readonly #worker: Worker;
  #isReady = false;
  /** By update. */
  readonly #waiting = new Map<number, Waiting>();

  /** @param onSkip gets a sentence about each image that cannot be decoded and is left out, perhaps more than once */
  constructor(order: ThreadOrder, onSkip: (message: string) => void) {
    this.#worker = new Worker(join(packageRoot(), 'dist', 'batches.js'), {workerData: order, stderr: true});
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => {
      if (reply.kind === 'drawn') reply.skipped.forEach(onSkip);
      this.#take(reply);
    });
    this.#worker.on('error', () => this.#end());
    this.#worker.on('exit', () => this.#end());
  }

  /** Whether it can be asked: it has opened the images. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The micro-batches of an update, after those that it was asked for before. Rejects where the thread cannot draw them, for whatever reason: who draws them elsewhere learns it. */
  draw(update: number): Promise<HostBatch[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(update, {resolve, reject});
      this.#worker.postMessage(update);
    });
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(reply: ThreadReply): void {
    if (reply.kind === 'ready') {
      this.#isReady = true;
      return;
    }
    const waiting = this.#waiting.get(reply.update);
    this.#waiting.delete(reply.update);
    if (reply.kind === 'drawn') waiting?.resolve(reply.batches);
    else waiting?.reject(new Error('the thread could not draw it'));
  }

  #end(): void {
    this.#isReady = false;
    for (const {reject} of this.#waiting.values()) reject(new Error('the thread has ended'));
    this.#waiting.clear();
  }
}
