import type {Random} from '../../trainer/random.ts';

/** What a mutation may draw from. */
export interface Corpus {
  /** Well-formed inputs. */
  readonly seeds: readonly Uint8Array[];
  /** Byte sequences that this format's readers are known to trip over. */
  readonly tokens: readonly Uint8Array[];
}

/** Inputs grow no further than this, so that a slow parser is told from a large input. */
const largestInput = 1 << 16;

/** A seed with one to six mutations, each drawn from `random`: the same draws make the same bytes. */
export function mutate(corpus: Corpus, random: Random): Uint8Array {
  let bytes = pick(corpus.seeds, random);
  for (let left = 1 + random.int(0, 6); left > 0; left--) {
    bytes = pick(mutations, random)(bytes, random, corpus).subarray(0, largestInput);
  }
  return bytes;
}

type Mutation = (bytes: Uint8Array, random: Random, corpus: Corpus) => Uint8Array;

const mutations: readonly Mutation[] = [
  flipBits,
  overwrite,
  truncate,
  remove,
  repeat,
  splice,
  editLength,
  editNumber,
  insertToken,
  replaceByToken,
  nest,
];

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice();
  for (let left = 1 + random.int(0, 8); left > 0; left--) {
    const at = place(out, random);
    out[at] = (out[at] ?? 0) ^ (1 << random.int(0, 8));
  }
  return out;
}

function overwrite(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice();
  const start = place(out, random);
  const fill = random.int(0, 3); // zeros, ones, noise
  for (let at = start; at < Math.min(out.length, start + 1 + random.int(0, 16)); at++) {
    out[at] = fill === 0 ? 0 : fill === 1 ? 255 : random.int(0, 256);
  }
  return out;
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, place(bytes, random));
}

function remove(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = stretch(bytes, random);
  return joined(bytes.subarray(0, start), bytes.subarray(end));
}

/** One section many times in a row. */
function repeat(bytes: Uint8Array, random: Random): Uint8Array {
  const [start, end] = stretch(bytes, random);
  const section = bytes.subarray(start, end);
  const times = Math.min(1 + random.int(0, 200), Math.floor(largestInput / Math.max(1, section.length)));
  return joined(bytes.subarray(0, end), ...Array<Uint8Array>(times).fill(section), bytes.subarray(end));
}

/** The beginning of one input and the end of another. */
function splice(bytes: Uint8Array, random: Random, {seeds}: Corpus): Uint8Array {
  const other = pick(seeds, random);
  return joined(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)));
}

const lengths = [
  0n,
  1n,
  2n ** 7n,
  2n ** 16n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  -1n,
  -5n,
];

/** A binary field of 2, 4 or 8 bytes, in either order, set to a length that overflows something, or moved a little. */
function editLength(bytes: Uint8Array, random: Random): Uint8Array {
  const width = pick([2, 4, 8] as const, random);
  if (bytes.length < width) return bytes;
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const at = random.int(0, out.length - width + 1);
  const littleEndian = random.int(0, 2) === 0;
  const old = width === 2 ? view.getUint16(at, littleEndian) : width === 4 ? view.getUint32(at, littleEndian) : 0;
  const value = random.int(0, 2) === 0 ? pick(lengths, random) : BigInt(old + random.int(0, 9) - 4);
  if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), littleEndian);
  else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), littleEndian);
  else view.setBigInt64(at, value, littleEndian);
  return out;
}

const numbers = [
  '-1',
  '0',
  '4294967296',
  '9007199254740993',
  '1e400',
  '-1e308',
  '1e-320',
  '0.5',
  'null',
  '18446744073709551615',
];

/** A number written in digits. */
function editNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const found = [...text.matchAll(/\d+/g)];
  if (found.length === 0) return bytes;
  const {0: digits, index} = pick(found, random);
  return Buffer.from(text.slice(0, index) + pick(numbers, random) + text.slice(index + digits.length), 'latin1');
}

function insertToken(bytes: Uint8Array, random: Random, {tokens}: Corpus): Uint8Array {
  const at = place(bytes, random);
  return joined(bytes.subarray(0, at), pick(tokens, random), bytes.subarray(at));
}

function replaceByToken(bytes: Uint8Array, random: Random, {tokens}: Corpus): Uint8Array {
  const [start, end] = stretch(bytes, random);
  return joined(bytes.subarray(0, start), pick(tokens, random), bytes.subarray(end));
}

/** One token thousands of times: nesting, where it opens something. */
function nest(bytes: Uint8Array, random: Random, {tokens}: Corpus): Uint8Array {
  const token = pick(tokens, random);
  const times = Math.min(2 ** random.int(4, 16), Math.floor(largestInput / Math.max(1, token.length)));
  const at = place(bytes, random);
  return joined(bytes.subarray(0, at), ...Array<Uint8Array>(times).fill(token), bytes.subarray(at));
}

/** A stretch [start, end), more often short than long. */
function stretch(bytes: Uint8Array, random: Random): [number, number] {
  const start = place(bytes, random);
  return [start, Math.min(bytes.length, start + random.int(0, 2 ** random.int(1, 12)))];
}

/** A position in the input; 0 in an empty one. */
function place(bytes: Uint8Array, random: Random): number {
  return bytes.length === 0 ? 0 : random.int(0, bytes.length);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function pick<T>(options: readonly T[], random: Random): T {
  return options[random.int(0, options.length)] as T;
}
