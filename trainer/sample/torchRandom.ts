/** Standard normal numbers of PyTorch's CPU generator (Mersenne Twister 19937). */
export interface TorchRandom {
  /** `torch.randn(size)` in float32, to its last digit but one: PyTorch approximates logarithm, sine and cosine. */
  randn(size: number): Float32Array;
}

/** `torch.Generator().manual_seed(seed)`. */
export function createTorchRandom(seed: number): TorchRandom {
  const uint32 = mersenneTwister(seed);
  const normal = pairedNormal(uint32);
  return {randn: (size) => (size < 16 ? Float32Array.from({length: size}, normal) : blockRandn(size, uint32))};
}

const words = 624;
const shift = 397;

/** MT19937 (Matsumoto and Nishimura 1998). */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(words);
  state[0] = seed;
  for (let i = 1; i < words; i++) {
    const previous = state[i - 1] as number;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  let next = words;
  return () => {
    if (next === words) next = twist(state);
    return temper(state[next++] as number);
  };
}

function twist(state: Uint32Array): number {
  for (let i = 0; i < words; i++) {
    const mixed = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % words] as number) & 0x7fffffff);
    state[i] = (state[(i + shift) % words] as number) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
  }
  return 0;
}

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

/** From 16 numbers on: 24-bit uniforms first, then Box and Muller in blocks of 16; an incomplete last block is drawn anew. */
function blockRandn(size: number, uint32: () => number): Float32Array {
  const out = Float32Array.from({length: size}, () => uniform24(uint32));
  for (let start = 0; start + 16 <= size; start += 16) transformBlock(out.subarray(start, start + 16));
  if (size % 16 !== 0) {
    const last = out.subarray(size - 16);
    for (let i = 0; i < 16; i++) last[i] = uniform24(uint32);
    transformBlock(last);
  }
  return out;
}

function transformBlock(block: Float32Array): void {
  for (let j = 0; j < 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (block[j] as number)));
    const angle = 2 * Math.PI * (block[j + 8] as number);
    block[j] = radius * Math.cos(angle);
    block[j + 8] = radius * Math.sin(angle);
  }
}

function uniform24(uint32: () => number): number {
  return (uint32() & 0xffffff) * 2 ** -24;
}

/** Below 16 numbers: pairs from two 53-bit doubles, the cosine first; a sine that is left over is the first of the next call. */
function pairedNormal(uint32: () => number): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const angle = 2 * Math.PI * uniform53(uint32);
    const radius = Math.sqrt(-2 * Math.log(1 - uniform53(uint32)));
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

function uniform53(uint32: () => number): number {
  const high = uint32();
  const low = uint32();
  return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
}
