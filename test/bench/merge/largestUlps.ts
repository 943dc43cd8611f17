import {openWeightsFile} from '../../../trainer/store/weights/weightsFile.ts';

/** The largest distance of two values of two weights files in units in the last place of float32. Both have the same tensors. */
export async function largestUlps(pathA: string, pathB: string): Promise<number> {
  const [a, b] = [await openWeightsFile(pathA), await openWeightsFile(pathB)];
  try {
    let largest = 0;
    for (const name of a.shapes.keys()) largest = Math.max(largest, ulpsApart(await a.read(name), await b.read(name)));
    return largest;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

function ulpsApart(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  const [left, right] = [ordered(a), ordered(b)];
  let largest = 0;
  for (let k = 0; k < left.length; k++) largest = Math.max(largest, Math.abs((left[k] ?? 0) - (right[k] ?? 0)));
  return largest;
}

/** Numbers that rise by 1 from each float32 to the next, over zero too. */
function ordered(values: Float32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  return bits.map((value) => (value < 0 ? -0x8000_0000 - value : value));
}
