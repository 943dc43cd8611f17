/** Something that was opened, of which there can only be so many at once. */
interface Opened<T> {
  readonly value: Promise<T>;
  /** Who is reading it now. */
  users: number;
  isDropped: boolean;
}

export interface OpenFilesOptions<T> {
  /** Files that are open at once, apart from those that are being read. */
  readonly most: number;
  /** Milliseconds without a reader after which all are closed. */
  readonly idle: number;
  open(file: number): Promise<T>;
  close(value: T): Promise<void>;
}

/** Files by their numbers that stay open from one reader to the next: those used last, until nobody has read for a while. */
export class OpenFiles<T> {
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  readonly #files = new Map<number, Opened<T>>();
  readonly #options: OpenFilesOptions<T>;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OpenFilesOptions<T>) {
    this.#options = options;
  }

  /** Reads a file, and opens it where it is not open. One that fails is not kept: it may be replaced meanwhile. */
  async use<R>(file: number, read: (value: T) => R | Promise<R>): Promise<R> {
    const opened = this.#files.get(file) ?? {value: this.#options.open(file), users: 0, isDropped: false};
    this.#files.delete(file);
    this.#files.set(file, opened);
    opened.users++;
    try {
      return await read(await opened.value);
    } catch (error) {
      this.#drop(file, opened);
      throw error;
    } finally {
      opened.users--;
      await this.#closeUnused(opened);
      await this.#bound();
      this.#closeLater();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const [file, opened] of this.#files) {
      this.#drop(file, opened);
      await this.#closeUnused(opened);
    }
  }

  async #bound(): Promise<void> {
    for (const [file, opened] of this.#files) {
      if (this.#files.size <= this.#options.most) return;
      this.#drop(file, opened);
      await this.#closeUnused(opened);
    }
  }

  #drop(file: number, opened: Opened<T>): void {
    opened.isDropped = true;
    if (this.#files.get(file) === opened) this.#files.delete(file);
  }

  async #closeUnused(opened: Opened<T>): Promise<void> {
    if (!opened.isDropped || opened.users > 0) return;
    const value = await opened.value.catch(() => null);
    if (value !== null) await this.#options.close(value);
  }

  #closeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.close(), this.#options.idle);
    this.#timer.unref();
  }
}
