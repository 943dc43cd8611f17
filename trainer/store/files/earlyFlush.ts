import type {FileHandle} from 'node:fs/promises';

/** So many bytes may wait for the disk before it is told to take them. */
const flushBytes = 1 << 24;

/**
 * Has what was written to a file brought to the disk while more is being written, so that the flush at its end, without which a crash
 * may lose the file, has little left to wait for. Linux tells an open file once that the disk did not take its bytes, so a failure is
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

  /** Resolves when no flush is under way; rejects with what the first that failed has told. */
  async end(): Promise<void> {
    await this.#current;
    if (this.#failure !== null) throw this.#failure.error;
  }
}
