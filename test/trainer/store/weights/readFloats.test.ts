import {expect, it} from 'vitest';
import {createRandom} from '../../../../trainer/random.ts';
import {bytesPerElement, dtypes, widen} from '../../../../trainer/store/weights/dtype.ts';
import {readFloats} from '../../../../trainer/store/weights/readFloats.ts';
import {slicesOf} from '../../../../trainer/store/weights/tensorReader.ts';

it.each(dtypes)('reads the very values into a part of an array: %s', (dtype) => {
  const random = createRandom(0, dtype);
  for (const count of [1, 2, 7, 1000]) {
    const bytes = Uint8Array.from({length: count * bytesPerElement[dtype]}, () => random.int(0, 256));
    const array = new Float32Array(count + 2).fill(7);
    const values = readFloats(slicesOf(bytes), dtype, array.subarray(1, count + 1));
    expect(values).toEqual(widen(bytes, dtype));
    expect([array[0], array.at(-1)]).toEqual([7, 7]);
  }
});
