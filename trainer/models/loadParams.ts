import type {Tensor} from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import {isProjection} from '../contract/model/projectionName.ts';
import {upload} from '../engine/upload.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {elementCount, type TensorReader} from '../store/weights/tensorReader.ts';
import {fileShape, memoryShape, toMemoryOrder} from './layout.ts';

/** Shapes by the names of tensors. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Loads the tensors named in `shapes` (in-memory order, a `Denoiser`'s), on the current backend; the caller owns them. The
 * file must hold exactly these; only projections may be missing. `where` names it in the UserError about anything else. Of a network that is
 * loaded by parts, `part` has those to load. The largest come first: what they need on the host, twice their size, is free again when the
 * others fill the memory.
 */
export async function loadParams(
  reader: Pick<TensorReader, 'shapes' | 'read'>,
  shapes: Shapes,
  where?: string,
  part = shapes,
): Promise<Params> {
  checkTensors(reader.shapes, shapes, where);
  const params = new Map<string, Tensor>();
  const there = [...part].filter(([name]) => reader.shapes.has(name));
  const falling = [...there].sort(([, a], [, b]) => elementCount(b) - elementCount(a));
  const arrays = [new ShrinkingArray(), new ShrinkingArray()];
  try {
    for (const [name, shape] of falling) {
      const [file, memory] = arrays.map((array) => array.of(elementCount(shape)));
      const values = await reader.read(name, file);
      params.set(name, upload(toMemoryOrder(values, fileShape(shape), memory), shape));
    }
  } catch (error) {
    disposeParams(params);
    throw error;
  }
  return new Map(there.map(([name]) => [name, params.get(name) as Tensor]));
}

/** Room for one tensor after the other, of which none is larger than the one before. */
class ShrinkingArray {
  #values = new Float32Array(0);

  of(size: number): Float32Array {
    const {length} = this.#values;
    if (length < size || length > 2 * size) this.#values = new Float32Array(size);
    return this.#values.subarray(0, size);
  }
}

/** The same from weights that it opens and closes. */
export async function loadWeights(
  openWeights: () => Promise<TensorReader>,
  shapes: Shapes,
  where?: string,
  part = shapes,
): Promise<Params> {
  const reader = await openWeights();
  return loadParams(reader, shapes, where, part).finally(() => reader.close());
}

/** Throws the UserErrors of loading these tensors without doing it. */
export async function checkWeights(
  openWeights: () => Promise<TensorReader>,
  shapes: Shapes,
  where?: string,
): Promise<void> {
  const reader = await openWeights();
  try {
    checkTensors(reader.shapes, shapes, where);
  } finally {
    await reader.close();
  }
}

function checkTensors(found: Shapes, wanted: Shapes, where?: string): void {
  const missing = [...wanted.keys()].filter((name) => !found.has(name) && !isProjection(name));
  const unexpected = [...found.keys()].filter((name) => !wanted.has(name));
  const misshapen = [...wanted].flatMap(([name, shape]) => {
    const actual = found.get(name);
    return actual === undefined || fits(actual, shape)
      ? []
      : [`${name} [${actual.join(',')}] instead of [${fileShape(shape).join(',')}]`];
  });
  const problems = [
    ...problem('missing', missing),
    ...problem('unexpected', unexpected),
    ...problem('of another shape', misshapen),
  ];
  if (problems.length === 0) return;
  throw new UserError('weights-mismatch', `The weights do not belong to the config: ${problems.join('; ')}.`, {
    where,
    hint: 'Take config and weights from the same model.',
  });
}

/** Whether a file's tensor is the one wanted; the attention weights of the original DDPM files are 1x1 convolutions. */
function fits(actual: readonly number[], shape: readonly number[]): boolean {
  const squeezed =
    shape.length === 2 && actual.length === 4 && elementCount(actual.slice(2)) === 1 ? actual.slice(0, 2) : actual;
  return memoryShape(squeezed).join() === shape.join();
}

/** `3 missing (a, b, c, …)`, or nothing. */
function problem(kind: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${names.length} ${kind} (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`];
}
