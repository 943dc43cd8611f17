import {dispose} from '@tensorflow/tfjs-core';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {fileShape, toMemoryOrder} from '../../../trainer/models/layout.ts';
import {loadParams} from '../../../trainer/models/loadParams.ts';
import {createRandom} from '../../../trainer/random.ts';
import {bytesOf} from '../../../trainer/store/weights/dtype.ts';
import {openSafetensors, writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {elementCount, type TensorReader} from '../../../trainer/store/weights/tensorReader.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {usedHeap} from '../../helpers/machine/usedHeap.ts';

const largest = 256 * 256;
const lastName = 'smallest';

/** 12 MiB as float32, of which no tensor has more than a quarter of one. */
const shapes = new Map<string, readonly number[]>([
  ['small', [64]],
  [lastName, [32]],
  ...Array.from({length: 16}, (_, i): [string, readonly number[]][] => [
    [`linear.${i}`, [256, 256]],
    [`conv.${i}`, [3, 3, 64, 112]],
    [`vector.${i}`, [largest - i]],
  ]).flat(),
]);

function valuesOf(name: string): Float32Array {
  const values = new Float32Array(elementCount(shapes.get(name) ?? []));
  const [first = 0] = createRandom(0, name).fillNormal(new Float32Array(1));
  for (let i = 0; i < values.length; i++) values[i] = first + ((i * 7919) % 1009) / 1009;
  return values;
}

async function writeModel(dtype: 'F32' | 'F16'): Promise<string> {
  const path = join(await temporaryFolder(), 'model.safetensors');
  const tensors = [...shapes].map(([name, shape]) => ({
    name,
    shape: fileShape(shape),
    dtype,
    read: () => valuesOf(name),
  }));
  await writeSafetensors(path, tensors);
  return path;
}

/** The reader, the most bytes of arrays that were there when it was asked for a tensor, and those that were still needed at the last one. */
function watched(reader: TensorReader) {
  const watch = {peak: 0, last: 0, read: reader.read};
  watch.read = async (name, into) => {
    const values = await reader.read(name, into);
    watch.peak = Math.max(watch.peak, process.memoryUsage().arrayBuffers);
    if (name === lastName) usedHeap();
    watch.last = process.memoryUsage().arrayBuffers;
    return values;
  };
  return {...reader, watch, read: (name: string, into?: Float32Array) => watch.read(name, into)};
}

describeOnEngines('loading parameters', () => {
  it.each(['F32', 'F16'] as const)('holds two tensors on the host at a time, the smallest last: %s', async (dtype) => {
    const reader = watched(await openSafetensors(await writeModel(dtype)));
    // Makes the table of half floats, which stays.
    await reader.read('small');
    reader.watch.peak = 0;
    usedHeap();
    const before = process.memoryUsage().arrayBuffers;
    const params = await loadParams(reader, shapes);
    expect(reader.watch.peak - before).toBeLessThan(2 * 4 * largest + 2 ** 19);
    expect(reader.watch.last - before).toBeLessThan(largest);

    expect([...params.keys()]).toEqual([...shapes.keys()]);
    for (const name of ['linear.3', 'conv.15', 'vector.7']) {
      const shape = shapes.get(name) ?? [];
      expect(params.get(name)?.shape).toEqual(shape);
      const values = toMemoryOrder(await reader.read(name), fileShape(shape));
      const loaded = (await params.get(name)?.data()) as Float32Array;
      expect(Buffer.compare(bytesOf(loaded), bytesOf(values)), name).toBe(0);
    }
    dispose([...params.values()]);
    await reader.close();
  });
});
