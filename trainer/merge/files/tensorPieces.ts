import {elementCount} from '../../store/weights/tensorReader.ts';
import type {MergeBuffers} from '../chunks/mergeBuffers.ts';
import type {ProductSums, TaskProducts} from '../chunks/taskProducts.ts';
import {TensorPass} from '../chunks/tensorPass.ts';
import type {MergeTensor} from './checkTensors.ts';
import type {WeightsFormat} from '../../contract/model/weightsFormat.ts';
import {notFiniteError, overflow} from './finite.ts';
import type {MergeInput} from './mergeInput.ts';
import type {TensorMethod} from '../methods/tensorMethod.ts';
import {openTensor} from './openTensor.ts';

/** The state shared by the tensors of a merge. */
export interface TensorMerger {
  readonly buffers: MergeBuffers;
  readonly method: TensorMethod;
  readonly dtype: WeightsFormat;
  /** The output, for messages. */
  readonly out: string;
  /** Sums products of all task vectors during the merge; null: none. */
  readonly products: ProductSums | null;
  /** Receives these products. */
  onProducts?(name: string, products: TaskProducts): void;
}

/** The bytes of a merged tensor in pieces, each of which is overwritten by the next. Throws a UserError at the first value of an input or of the result that is not finite. */
export async function* tensorPieces(
  {buffers, method, dtype, out, products, onProducts}: TensorMerger,
  {name, shape}: MergeTensor,
  base: MergeInput,
  experts: readonly MergeInput[],
  weights: readonly number[],
): AsyncGenerator<Uint8Array> {
  const open = async (input: MergeInput) => ({...(await openTensor(input, name, shape)), model: input});
  const size = elementCount(shape);
  const pass = new TensorPass(buffers, name, size, await open(base), await Promise.all(experts.map(open)));
  const plan = method(pass, weights);
  products?.reset();
  const all = experts.map((_, i) => i);
  for (const {first, count} of pass.chunks(products === null ? plan.experts : all)) {
    products?.add(count);
    plan.combine(first, count);
    const bad = buffers.kernel.run.firstNotFinite(buffers.out, overflow[dtype], count);
    if (bad >= 0)
      throw notFiniteError(name, buffers.kernel.floats(buffers.out, count)[bad] ?? NaN, first + bad, dtype, out);
    yield buffers.result(dtype, count);
  }
  if (products !== null) onProducts?.(name, products.read());
}
