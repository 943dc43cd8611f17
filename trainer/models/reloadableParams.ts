import {disposeParams, type Params} from '../nn/params.ts';

/** Reads something; callers may check around it that nobody changes the files meanwhile. */
export type Reading = <T>(read: () => Promise<T>) => Promise<T>;

/** Reads without any check. */
export const plainReading: Reading = (read) => read();

/** Weights that are on the device only while somebody needs them, and are read from where they lie whenever they come back. */
export class ReloadableParams {
  #params: Params | null = null;
  #loading: Promise<void> | null = null;

  constructor(private readonly read: () => Promise<Params>) {}

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
