import {copyHandle} from './copyHandle.ts';
import {outputShapes, type KnownTensor} from './outputShapes.ts';
import type {OpAttribute, TensorflowBinding, TensorMetadata} from './tensorflowBackend.ts';

/**
 * Tensors of operations that are not carried out: a number with a shape. The numbers are below zero, where tfjs-node's backend
 * frees nothing, so recording costs neither the time nor the memory of what it records.
 */
export class ImaginedTensors {
  readonly #known = new Map<number, KnownTensor>();
  #lastId = 0;

  constructor(readonly binding: TensorflowBinding) {}

  /** What the operation would make. */
  outputs(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], count: number): TensorMetadata[] {
    const known = inputs.map((id) => this.describe(id));
    const values = new Map(attributes.map(({name, value}) => [name, value]));
    // The outputs of all operations that have a rule are of the type that their attribute T names.
    const dtype = (values.get('T') ?? known[0]?.dtype) as number;
    const shapes = outputShapes(op, known, values)?.map((shape) => ({shape: [...shape], dtype}));
    return (shapes ?? this.#tryOnZeros(op, attributes, inputs, count)).map(({shape, dtype}) =>
      this.imagine(shape, dtype),
    );
  }

  /** A tensor that nothing has computed. */
  imagine(shape: readonly number[], dtype: number): TensorMetadata {
    const id = --this.#lastId;
    this.#known.set(id, {shape: [...shape], dtype});
    return {id, shape: [...shape], dtype};
  }

  /** Shape and type of a tensor, real or not. */
  describe(id: number): KnownTensor {
    const known = this.#known.get(id) ?? this.#ask(id);
    this.#known.set(id, known);
    return known;
  }

  /** From now on operations may depend on the values of this tensor. */
  know(id: number, tensor: KnownTensor): void {
    this.#known.set(id, tensor);
  }

  /** The addon has no call for the shape of a tensor, so an operation that costs nothing reports it. */
  #ask(id: number): KnownTensor {
    const copy = copyHandle(this.binding, id);
    this.binding.deleteTensor(copy.id);
    return copy;
  }

  /** An operation without a rule of its own is carried out, on zeros where its inputs are not real. */
  #tryOnZeros(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], count: number) {
    const real = inputs.map((id) => (id < 0 ? this.#zeros(this.describe(id)) : id));
    const made = this.binding.executeOp(op, [...attributes], real, count);
    const temporary = real.filter((id, i) => id !== inputs[i]);
    for (const id of [...temporary, ...made.map((output) => output.id)]) this.binding.deleteTensor(id);
    return made;
  }

  #zeros({shape, dtype}: KnownTensor): number {
    const size = shape.reduce((product, length) => product * length, 1);
    const {TF_FLOAT, TF_BOOL} = this.binding;
    const Numbers = dtype === TF_FLOAT ? Float32Array : dtype === TF_BOOL ? Uint8Array : Int32Array;
    return this.binding.createTensor([...shape], dtype, new Numbers(size));
  }
}
