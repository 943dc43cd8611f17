import {describe, expect, it} from 'vitest';
import {overflow} from '../../../trainer/merge/files/finite.ts';
import {MergeKernel} from '../../../trainer/merge/kernel/mergeKernel.ts';
import {createRandom} from '../../../trainer/random.ts';
import {bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat} from '../../../trainer/store/weights/halfFloat.ts';

const count = 65_536;

/** A kernel with one buffer to read from and one to write to. */
function twoBuffers() {
  const kernel = new MergeKernel(8 * count + 256);
  return {kernel, from: kernel.allocate(4 * count), to: kernel.allocate(4 * count)};
}

/** Random bits, with all that is special about floats among them. */
function trickyFloats(): Float32Array {
  const random = createRandom(0, 'tricky');
  const words = Uint32Array.from({length: count}, () => random.uint32());
  const special = [
    0, 1, 0x7f800000, 0x7f800001, 0x7fffffff, 0x477fe000, 0x477fefff, 0x477ff000, 0x38800000, 0x387fffff,
  ];
  special.push(
    0x33000000,
    0x33000001,
    0x33800000,
    0x33c00000,
    0x33ffffff,
    0x7f7f8000,
    0x7f7f7fff,
    0x3f801000,
    0x3f803000,
  );
  special.forEach((word, i) => {
    words[2 * i] = word;
    words[2 * i + 1] = (word | 0x80000000) >>> 0;
  });
  return new Float32Array(words.buffer);
}

describe('the kernels', () => {
  it.each([
    ['widenHalf', halfToFloat],
    ['widenBrain', bfloat16ToFloat],
  ] as const)('%s gives the float of every one of 65,536 patterns', (name, reference) => {
    const {kernel, from, to} = twoBuffers();
    const bits = Uint16Array.from({length: count}, (_, i) => i);
    kernel.bytes(from, 2 * count).set(new Uint8Array(bits.buffer));
    kernel.run[name](from, to, count);
    // Compared as values: a NaN has no other content that matters.
    expect(kernel.floats(to, count)).toEqual(reference(bits));
  });

  it.each([
    ['narrowHalf', floatToHalf],
    ['narrowBrain', floatToBfloat16],
  ] as const)('%s rounds as the reference does', (name, reference) => {
    const {kernel, from, to} = twoBuffers();
    const values = trickyFloats();
    kernel.floats(from, count).set(values);
    kernel.run[name](from, to, count);
    const expected = reference(values);
    const made = new Uint16Array(kernel.bytes(to, 2 * count).slice().buffer);
    const wrong = made.findIndex((bits, i) => bits !== expected[i]);
    expect(wrong, `${values[wrong]} became ${made[wrong]}, not ${expected[wrong]}`).toBe(-1);
  });

  it('firstNotFinite finds the first and looks at none behind the end', () => {
    const {kernel, from} = twoBuffers();
    const values = kernel.floats(from, 32);
    values[13] = NaN;
    values[21] = Infinity;
    expect(kernel.run.firstNotFinite(from, Infinity, 32)).toBe(13);
    expect(kernel.run.firstNotFinite(from, Infinity, 13)).toBe(-1);
    values[13] = -65520;
    expect(kernel.run.firstNotFinite(from, Infinity, 32)).toBe(21);
    expect(kernel.run.firstNotFinite(from, overflow.F16, 32)).toBe(13);
  });
});
