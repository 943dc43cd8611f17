/** Hands each process of a run one GPU: the one that the fewest processes have. */
export class GpuSlots {
  readonly #users: Map<string, number>;

  /** @param gpus values for CUDA_VISIBLE_DEVICES; none where CUDA has no part in the run */
  constructor(gpus: readonly string[]) {
    this.#users = new Map(gpus.map((gpu) => [gpu, 0]));
  }

  /** Runs `work` with its GPU; undefined where there is nothing to share. */
  async use<T>(work: (gpu: string | undefined) => Promise<T>): Promise<T> {
    const gpu = this.#leastUsed();
    this.#count(gpu, 1);
    try {
      return await work(gpu);
    } finally {
      this.#count(gpu, -1);
    }
  }

  #leastUsed(): string | undefined {
    return [...this.#users].reduce<[string | undefined, number]>(
      (least, [gpu, users]) => (users < least[1] ? [gpu, users] : least),
      [undefined, Infinity],
    )[0];
  }

  #count(gpu: string | undefined, change: number): void {
    if (gpu !== undefined) this.#users.set(gpu, (this.#users.get(gpu) ?? 0) + change);
  }
}
