import type {FileHandle} from 'node:fs/promises';

/** Bytes that may wait in memory before they are flushed. */
const flushBytes = 1 << 24;

/**
 * Flushes a file while more is being written, so that the flush at its end, without which a crash may lose the file, has little left to
 * wait for. Linux reports a failed write-back to an open file only once, so a failure is
 * kept until the end: the last flush may succeed after it.
 */
export class EarlyFlush {
  readonly #file: FileHandle;
  #waiting = 0;
  #current: Promise<void> | null = null;
  #failure: {readonly error: unknown} | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** So many bytes more were written. Returns at once; at most one flush is under way. */
  wrote(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting < flushBytes || this.#current !== null || this.#failure !== null) return;
    this.#waiting = 0;
    this.#current = this.#file
      .datasync()
      .catch((error: unknown) => void (this.#failure = {error}))
      .finally(() => (this.#current = null));
  }

  /** Resolves when no flush is under way; rejects with the error of the first that failed. */
  async end(): Promise<void> {
    await this.#current;
    if (this.#failure !== null) throw this.#failure.error;
  }
}
