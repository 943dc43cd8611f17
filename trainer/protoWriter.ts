/** Bytes of a protobuf message, field by field (protobuf.dev/programming-guides/encoding); fields that are left out keep their defaults. */
export class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];

  varint(field: number, value: number): this {
    return this.#tag(field, 0).#push(varintBytes(value));
  }

  float(field: number, value: number): this {
    return this.#tag(field, 5).#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  double(field: number, value: number): this {
    return this.#tag(field, 1).#push(new Uint8Array(Float64Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).#push(varintBytes(value.byteLength)).#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtoWriter): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #tag(field: number, wireType: number): this {
    return this.#push(varintBytes(field * 8 + wireType));
  }

  #push(bytes: Uint8Array): this {
    this.#chunks.push(bytes);
    return this;
  }
}

/** Base 128, lowest digit first; a negative number as its 64-bit two's complement. */
function varintBytes(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const digits: number[] = [];
  while (rest >= 128n) {
    digits.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...digits, Number(rest)]);
}
