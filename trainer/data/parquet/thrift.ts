/** A structure of Apache Thrift's compact protocol by its field numbers; numbers beyond 2^53 are rounded. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** The deepest structure of parquet has seven levels. */
const maxDepth = 16;
const stop = 0;

/**
 * Reads the structure that begins at `start`, and where it ends. Time and memory are proportional to its bytes, however long it says that
 * its lists are: at most `maxValues` values. Throws an Error where it is damaged.
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
 */
export function readThrift(
  bytes: Uint8Array,
  start: number,
  maxValues: number,
): {readonly struct: ThriftStruct; readonly end: number} {
  const reader = new ThriftReader(bytes, start, maxValues);
  const struct = reader.struct(0);
  return {struct, end: reader.at};
}

class ThriftReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    private left: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  struct(depth: number): ThriftStruct {
    if (depth > maxDepth) throw new Error('a structure is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    for (let number = 0; ;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === stop) return fields;
      number = head >> 4 === 0 ? this.#signed() : number + (head >> 4);
      // A boolean field has its value for a type.
      fields.set(number, type === 1 || type === 2 ? type === 1 : this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    if (--this.left < 0) throw new Error('there are too many values');
    switch (type) {
      case 1:
      case 2:
        return this.#byte() === 1;
      case 3:
        return this.#byte();
      case 4:
      case 5:
      case 6:
        return this.#signed();
      case 7:
        return this.#view.getFloat64(this.#skip(8), true);
      case 8:
        return this.#text();
      case 9:
        return this.#list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new Error(`a value has the unknown type ${type}`);
    }
  }

  #list(depth: number): ThriftValue[] {
    if (depth > maxDepth) throw new Error('a list is nested too deeply');
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#unsigned() : head >> 4;
    const values: ThriftValue[] = [];
    for (let i = 0; i < length; i++) values.push(this.#value(head & 15, depth + 1));
    return values;
  }

  #text(): Uint8Array {
    const length = this.#unsigned();
    const start = this.#skip(length);
    return this.bytes.subarray(start, start + length);
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #signed(): number {
    const value = this.#unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Seven bits a byte, at most ten bytes. */
  #unsigned(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Error('a number does not end');
  }

  /** Moves on and returns where it was. */
  #skip(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new Error('it is cut off');
    this.at += length;
    return start;
  }
}
