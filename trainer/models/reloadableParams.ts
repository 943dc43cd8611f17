import {disposeParams, type Params} from '../nn/params.ts';

/** Weights that may leave the device while nobody needs them, and are then read again from where they came. */
export class ReloadableParams {
  #params: Params | null = null;
  #loading: Promise<void> | null = null;

  private constructor(private readonly read: () => Promise<Params>) {}

  /** Reads them for the first time. */
  static async from(read: () => Promise<Params>): Promise<ReloadableParams> {
    const made = new ReloadableParams(read);
    await made.load();
    return made;
  }

  /** Only while they are loaded. */
  get params(): Params {
    if (this.#params === null) throw new Error('the weights are not loaded');
    return this.#params;
  }

  /** Resolves when they are on the device. Rejects with the UserErrors of reading them. */
  load(): Promise<void> {
    this.#loading ??= this.read().then(
      (params) => void (this.#params = params),
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Frees them. They must not be on their way. */
  unload(): void {
    if (this.#params !== null) disposeParams(this.#params);
    this.#params = null;
    this.#loading = null;
  }
}
