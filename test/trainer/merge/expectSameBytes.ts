import {expect} from 'vitest';

/** Bit-for-bit equality; says where the first difference is instead of printing a hundred thousand numbers. */
export function expectSameBytes(
  actual: Float32Array | Uint8Array,
  expected: Float32Array | Uint8Array,
  name: string,
): void {
  const [a, b] = [actual, expected].map(({buffer, byteOffset, byteLength}) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  if (a?.equals(b ?? Buffer.alloc(0))) return;
  const first = a?.findIndex((byte, i) => byte !== b?.[i]);
  expect.fail(`${name}: ${a?.length} and ${b?.length} bytes differ from byte ${first} on`);
}
