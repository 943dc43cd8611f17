const newline = 0x0a;

/** Reads the arguments of pickle instructions, one after the other; an Error at the end of the bytes. */
export class PickleReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('the pickle is cut off');
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  uint16(): number {
    return this.bytes(2).readUInt16LE();
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  int32(): number {
    return this.bytes(4).readInt32LE();
  }

  float64(): number {
    return this.bytes(8).readDoubleBE();
  }

  /** A signed integer of up to six bytes, the sizes that a tensor can have. */
  integer(length: number): number {
    if (length > 6) throw new Error(`an integer of ${length} bytes`);
    return length === 0 ? 0 : this.bytes(length).readIntLE(0, length);
  }

  text(length: number): string {
    return this.bytes(length).toString('utf8');
  }

  /** Up to the next newline, which is left out. */
  line(): string {
    const end = this.#bytes.indexOf(newline, this.#at);
    if (end < 0) throw new Error('a line does not end');
    const found = this.bytes(end - this.#at).toString('latin1');
    this.#at++;
    return found;
  }

  /** A number in digits; Python 2 wrote long ones with an L. */
  decimal(): number {
    const text = this.line();
    const value = Number(text.replace(/L$/, ''));
    if (text === '' || Number.isNaN(value)) throw new Error('a number is none');
    return value;
  }

  /** A text in single or double quotes. */
  quoted(): string {
    const text = this.line();
    if (text.length < 2 || text[0] !== text.at(-1) || !/^['"]/.test(text)) throw new Error('a text has no quotes');
    return text.slice(1, -1);
  }
}
