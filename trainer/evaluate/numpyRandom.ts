/**
 * NumPy's `RandomState(seed)`: the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) with its first seeding, and NumPy's own shuffles, so that
 * subsets are the very ones that torch-fidelity draws.
 */
export class NumpyRandom {
  readonly #state = new Uint32Array(size);
  #next = size;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < size; i++) {
      const before = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** A random order of 0 ... count - 1: Fisher and Yates from the end. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({length: count}, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.#upTo(i);
      const moved = order[i]!;
      order[i] = order[j]!;
      order[j] = moved;
    }
    return order;
  }

  /** `choice(count, picked, replace=False)`. */
  choice(count: number, picked: number): Uint32Array {
    return this.permutation(count).subarray(0, picked);
  }

  /** Uniform in 0 ... largest: draws under the next power of two until one fits. */
  #upTo(largest: number): number {
    const mask = 2 ** (32 - Math.clz32(largest)) - 1;
    let value = this.#uint32() & mask;
    while (value > largest) value = this.#uint32() & mask;
    return value;
  }

  #uint32(): number {
    if (this.#next === size) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
      state[i] = state[(i + middle) % size]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

const [size, middle] = [624, 397];
