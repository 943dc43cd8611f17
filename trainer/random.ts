/** A stream of random numbers. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1), a multiple of 2^-32. */
  float(): number;
  /** Uniform integer in [low, high), without modulo bias. */
  int(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** Fills `out` with what as many calls of `normal` would give; returns `out`. */
  fillNormal(out: Float32Array): Float32Array;
}

/**
 * The stream that belongs to `seed` and `path`, e.g. `createRandom(seed, 'noise', update, microBatch)`. Every draw of a run is a
 * function of where it is used, so a resumed run needs no generator state. Numbers and strings of a path are different: 1 is not '1'.
 *
 * Generator: sfc32 (C. Doty-Humphrey, PractRand; period about 2^127, at least 2^32), seeded with the cyrb128 hash of the path.
 */
export function createRandom(seed: number, ...path: (string | number)[]): Random {
  const uint32 = sfc32(cyrb128(JSON.stringify([seed, ...path])));
  const float = () => uint32() * 2 ** -32;
  const normal = boxMuller(float);
  const fillNormal = (out: Float32Array) => {
    for (let i = 0; i < out.length; i++) out[i] = normal();
    return out;
  };
  return {uint32, float, int: (low, high) => uniformInt(low, high, uint32), normal, fillNormal};
}

/** A random order of 0 … size-1 (Fisher and Yates). */
export function permutation(size: number, random: Random): Uint32Array {
  const order = Uint32Array.from({length: size}, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = random.int(0, i + 1);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

/** Rejects the last, incomplete block of `span` values, which would make small results more likely. */
function uniformInt(low: number, high: number, uint32: () => number): number {
  const span = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(span) || span < 1 || span > 2 ** 32) {
    throw new RangeError(`no integer can be drawn from [${low}, ${high})`);
  }
  const limit = 2 ** 32 - (2 ** 32 % span);
  let value = uint32();
  while (value >= limit) value = uint32();
  return low + (value % span);
}

/** Box and Muller's transform, in double: the cosine first, the sine kept for the next call. */
function boxMuller(float: () => number): () => number {
  let spare = NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = NaN;
      return value;
    }
    // 1 - float() lies in (0, 1], where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - float()));
    const angle = 2 * Math.PI * float();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** The small fast chaotic generator with 32-bit words; the first outputs are dropped, as its author advises after seeding. */
function sfc32([first, second, third, fourth]: [number, number, number, number]): () => number {
  let [a, b, c, counter] = [first, second, third, fourth];
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** cyrb128 (bryc, public domain): a 128-bit hash of a text, in the manner of MurmurHash3. Not cryptographic. */
function cyrb128(text: string): [number, number, number, number] {
  let [h1, h2, h3, h4] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  h1 ^= h2 ^ h3 ^ h4;
  return [h1, h2 ^ h1, h3 ^ h1, h4 ^ h1];
}
