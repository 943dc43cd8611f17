/** A field of a Thrift structure: an integer or a structure of fields by their numbers. */
export type ThriftFields = Readonly<Record<number, number | boolean | object>>;

/** A structure in the compact protocol, with 32-bit integers. */
export function thrift(fields: ThriftFields): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [number, value] of Object.entries(fields)) {
    const delta = Number(number) - last;
    last = Number(number);
    if (typeof value === 'boolean') parts.push(Buffer.of((delta << 4) | (value ? 1 : 2)));
    else if (typeof value === 'number') parts.push(Buffer.of((delta << 4) | 5), varint(zigzag(value)));
    else parts.push(Buffer.of((delta << 4) | 12), thrift(value as ThriftFields));
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Byte arrays in the encoding PLAIN. */
export function plain(...texts: readonly string[]): Buffer {
  return Buffer.concat(texts.flatMap((text) => [uint32(text.length), Buffer.from(text)]));
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

interface PageSizes {
  readonly count: number;
  /** 0 plain, 8 dictionary. */
  readonly encoding?: number;
  /** Where it lies about the lengths behind the header. */
  readonly unpacked?: number;
  readonly packed?: number;
}

/** A data page of version 1; `packed` are its compressed bytes, where they differ from `content`. */
export function page(content: Buffer, {count, encoding = 0, unpacked, packed}: PageSizes, bytes = content): Buffer {
  const header = {
    1: 0,
    2: unpacked ?? content.length,
    3: packed ?? bytes.length,
    5: {1: count, 2: encoding, 3: 3, 4: 3},
  };
  return Buffer.concat([thrift(header), bytes]);
}

export function dictionary(content: Buffer, count: number): Buffer {
  return Buffer.concat([thrift({1: 2, 2: content.length, 3: content.length, 7: {1: count, 2: 0}}), content]);
}

/** Definition levels of version 1 with their length in front. */
export function levels(runs: Buffer): Buffer {
  return Buffer.concat([uint32(runs.length), runs]);
}

/** `count` times the same small number. */
export function run(count: number, value: number): Buffer {
  return Buffer.concat([varint(count * 2), Buffer.of(value)]);
}

/** Numbers as DELTA_BINARY_PACKED: blocks of 128 in four parts, each part packed with as few bits as it needs. */
export function delta(numbers: readonly number[]): Buffer {
  const [first = 0] = numbers;
  const parts = [varint(128), varint(4), varint(numbers.length), varint(zigzag(first))];
  const differences = numbers.slice(1).map((number, i) => number - (numbers[i] ?? 0));
  for (let start = 0; start < differences.length; start += 128) {
    const block = differences.slice(start, start + 128);
    const least = Math.min(...block);
    const rests = [0, 32, 64, 96].map((at) => block.slice(at, at + 32).map((difference) => difference - least));
    const widths = rests.map((rest) => (rest.length === 0 ? 0 : 32 - Math.clz32(Math.max(...rest))));
    const packed = rests.map((rest, i) => packBits(rest, widths[i] ?? 0));
    parts.push(varint(zigzag(least)), Buffer.from(widths), ...packed.filter((_, i) => (rests[i]?.length ?? 0) > 0));
  }
  return Buffer.concat(parts);
}

/** 32 numbers of `width` bits; those that are not there are 0. */
function packBits(numbers: readonly number[], width: number): Buffer {
  const bytes = Buffer.alloc(4 * width);
  for (let bit = 0; bit < numbers.length * width; bit++) {
    const isSet = ((numbers[Math.floor(bit / width)] ?? 0) >> (bit % width)) & 1;
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (isSet << (bit & 7));
  }
  return bytes;
}
